import type { ProbeEnvironment, Refusal } from '@hftmon/core';
import { readText } from '../proc/read.js';

/** What perf_event_paranoid leaves to this process. */
export interface PerfPermission {
  /** Why nothing may be counted. */
  readonly denied: Refusal | undefined;
  /** The kernel's share must be left out. */
  readonly excludeKernel: boolean;
}

const SETCAP = 'sudo setcap cap_perfmon,cap_sys_ptrace+ep $(readlink -f $(which node))';

/**
 * kernel.perf_event_paranoid against the capabilities of this process: from 2 on (the default of
 * the kernel) user space alone may be counted, and from 3 on (Debian's patch) nothing, without
 * CAP_PERFMON.
 */
export function readPerfPermission(env: ProbeEnvironment): PerfPermission {
  const level = Number(readText(`${env.procRoot}/sys/kernel/perf_event_paranoid`) ?? 2);
  if (env.hasCapability('CAP_PERFMON') || env.hasCapability('CAP_SYS_ADMIN')) {
    return { denied: undefined, excludeKernel: false };
  }
  if (level < 3) return { denied: undefined, excludeKernel: level >= 2 };
  const denied = {
    ok: false,
    code: 'HFTMON_E_NOT_PERMITTED',
    reason: `kernel.perf_event_paranoid is ${level}, so only CAP_PERFMON may count events`,
    remedy: `run as root, grant it (${SETCAP}), or sudo sysctl kernel.perf_event_paranoid=1`,
  } as const;
  return { denied, excludeKernel: true };
}

/** Does the NMI watchdog hold a counter of every CPU? */
export function holdsNmiWatchdog(procRoot: string): boolean {
  return readText(`${procRoot}/sys/kernel/nmi_watchdog`)?.trim() === '1';
}
