import type { ProbeEnvironment, Support } from '@hftmon/core';
import { SAME_USER } from '../pmu/reasons.js';
import { Watchpoint } from './watchpoint.js';

/** An address that no program maps (mmap_min_addr): the attempt can't be hit. */
const NOWHERE = { address: 8, length: 8, access: 'writes' } as const;

/**
 * Can this process watch memory with debug registers? It tries one on itself and closes it.
 * @throws HardwareNotSupportedError when the native library can't be loaded
 */
export function probeWatchpoints(env: ProbeEnvironment): Support {
  const opened = Watchpoint.open(process.pid, NOWHERE);
  if (!opened.ok) return opened;
  opened.watchpoint.close();
  const source = 'debug registers (perf_event breakpoints)';
  const all = ['CAP_PERFMON', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'];
  return all.some((name) => env.hasCapability(name))
    ? { ok: true, tier: 'kernel', source }
    : { ok: true, tier: 'kernel', source, ...SAME_USER };
}
