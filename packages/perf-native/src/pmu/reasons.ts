import type { Refusal } from '@hftmon/core';
import { PMU_METRICS, type PmuMetric } from './metric.js';

export const ENOENT = -2;
const EACCES = -13;
const EPERM = -1;
const EBUSY = -16;
const EMFILE = -24;
const ENFILE = -23;

const UNSUPPORTED = 'HFTMON_E_UNSUPPORTED';

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

/** The kernel did not open or not count an event. */
export function refusal(result: number, event: string, nmiWatchdog: boolean): Refusal {
  switch (result) {
    case ENOENT:
      return noPmu();
    case EACCES:
    case EPERM:
      return {
        ok: false,
        code: 'HFTMON_E_NOT_PERMITTED',
        reason: `the kernel does not let this process count ${event}`,
        remedy: 'run as root, or check kernel.perf_event_paranoid, ptrace rights and seccomp',
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
