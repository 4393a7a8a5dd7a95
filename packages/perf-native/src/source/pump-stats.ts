import { PUMP } from '../layout.js';
import { readU64At } from './shared-memory.js';

/** The pump's own account: what the monitor costs on the housekeeping CPUs. */
export interface PumpStats {
  /** Records moved into the history ring. */
  readonly records: number;
  /** Times that it looked at the kernel rings. */
  readonly wakes: number;
  /** Its CPU time, ns; 0 in busy mode, where it never stops to ask. */
  readonly cpuNs: number;
  /** Thread id, 0 before the start. */
  readonly tid: number;
  /** Records that ended before one already moved: they were still being written then. */
  readonly unordered: number;
}

/** Reads `struct hftmon_pump_stats`. */
export function readPumpStats(view: Uint32Array): PumpStats {
  const at = (offset: number) => (view.length === 0 ? 0 : readU64At(view, offset));
  return {
    records: at(PUMP.records),
    wakes: at(PUMP.wakes),
    cpuNs: at(PUMP.busyNs),
    tid: at(PUMP.tid),
    unordered: at(PUMP.unordered),
  };
}
