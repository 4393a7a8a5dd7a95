import type { Refusal } from '@hftmon/core';
import { PMU_METRICS, type PmuMetric } from './metric.js';

export const ENOENT = -2;
const EACCES = -13;
const EPERM = -1;
const EBUSY = -16;
const EMFILE = -24;
const ENFILE = -23;

const UNSUPPORTED = 'HFTMON_E_UNSUPPORTED';
const NOT_PERMITTED = 'HFTMON_E_NOT_PERMITTED';

const SETCAP = 'sudo setcap cap_perfmon,cap_sys_ptrace+ep $(readlink -f $(which node))';
/** From this level on kernels with the patch of Debian and Ubuntu refuse. */
const PATCHED_LEVEL = 3;

/** Without CAP_PERFMON, or the right to ptrace everybody. */
export const SAME_USER = {
  degraded: 'only processes of the same user',
  remedy: `run as root, or grant CAP_PERFMON: ${SETCAP}`,
} as const;

/** What lets a process count what the kernel does. */
export const KERNEL_SHARE_REMEDY = `run as root, grant CAP_PERFMON (${SETCAP}), or sudo sysctl kernel.perf_event_paranoid=1`;

/** The host has no PMU for its cores: what most virtual machines are like. */
export function noPmu(): Refusal {
  return {
    ok: false,
    code: UNSUPPORTED,
    reason: 'this host has no core PMU (a virtual machine without a virtual PMU)',
    remedy: 'run on bare metal, or let the hypervisor expose the PMU to this machine',
  };
}

/** The CPU is known and does not count this. */
export function absent(metric: PmuMetric, cpu: string): Refusal {
  return {
    ok: false,
    code: UNSUPPORTED,
    reason: `${cpu} has no counter for it (${PMU_METRICS[metric]})`,
    remedy: 'none on this CPU',
  };
}

/** No table for the CPU. */
export function unknownModel(cpu: string): Refusal {
  return {
    ok: false,
    code: UNSUPPORTED,
    reason: `there is no event table for this CPU (${cpu}), and a guess could count anything`,
    remedy: 'report the CPU model to the hftmon project; the generic_… metrics may work meanwhile',
  };
}

/**
 * The kernel opens no perf event at all for this process, not even one of its own user space.
 * @param level - kernel.perf_event_paranoid
 * @param isFiltered - a seccomp filter looks at the system calls of this process
 */
export function refusedByKernel(
  errno: 'EACCES' | 'EPERM',
  level: number | undefined,
  isFiltered: boolean,
): Refusal {
  const refused = (reason: string, remedy: string): Refusal => ({
    ok: false,
    code: NOT_PERMITTED,
    reason: `the kernel refuses this process every perf event (${errno}): ${reason}`,
    remedy,
  });
  if (errno === 'EACCES' && level !== undefined && level >= PATCHED_LEVEL) {
    return refused(
      `kernel.perf_event_paranoid is ${level}, which this kernel takes for a ban without CAP_PERFMON`,
      `run as root, grant it (${SETCAP}), or sudo sysctl kernel.perf_event_paranoid=2`,
    );
  }
  if (errno === 'EPERM' && isFiltered) {
    return refused(
      'a seccomp filter does, as container runtimes set it',
      'start the container with --cap-add PERFMON, or with a seccomp profile that allows perf_event_open',
    );
  }
  return refused(
    'a security module does (SELinux, AppArmor), or a filter of system calls',
    'allow perf_event_open in the policy of this process; ausearch -m avc and dmesg name the rule',
  );
}

/** The kernel did not open or not count an event. */
export function refusal(result: number, event: string, nmiWatchdog: boolean): Refusal {
  switch (result) {
    case ENOENT:
      return noPmu();
    case EACCES:
    case EPERM:
      return {
        ok: false,
        code: NOT_PERMITTED,
        reason: `the kernel lets this process count, but not ${event}`,
        remedy: `run as root, or grant CAP_PERFMON: ${SETCAP}`,
      };
    case EBUSY:
      return noCounter(event, nmiWatchdog);
    case EMFILE:
    case ENFILE:
      return {
        ok: false,
        code: UNSUPPORTED,
        reason: `no file descriptor is left to count ${event}`,
        remedy: 'raise the limit of open files (ulimit -n)',
      };
    default:
      return {
        ok: false,
        code: UNSUPPORTED,
        reason: `the kernel refused ${event} with error ${-result}`,
        remedy: 'the hypervisor or the kernel does not offer this event; run on bare metal',
      };
  }
}

/** All counters that could count the event are taken. */
export function noCounter(event: string, nmiWatchdog: boolean): Refusal {
  return {
    ok: false,
    code: UNSUPPORTED,
    reason: nmiWatchdog
      ? `no hardware counter is free for ${event}; the NMI watchdog holds one`
      : `no hardware counter is free for ${event}`,
    remedy: nmiWatchdog
      ? 'sudo sysctl kernel.nmi_watchdog=0, end other users of perf events, or count fewer metrics'
      : 'end other users of perf events (perf, another monitor), or count fewer metrics',
  };
}
