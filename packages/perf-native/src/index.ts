export { KernelEventSource } from './source/kernel-event-source.js';
export { EARLIER_THREADS_TID } from './source/ended-threads.js';
export type { InterruptTotals, SourceTotals } from './source/interrupt-totals.js';
export type { PumpStats } from './source/pump-stats.js';
export {
  createProbeEnvironment,
  type HostEnvironment,
  type ProbeRoots,
} from './capabilities/probe-environment.js';
