import { PERF_TYPE_HW_CACHE, type PmuEvent, type PmuTable } from '../event.js';
import type { PmuMetric } from '../metric.js';

/**
 * The kernel's generic cache events: id | operation << 8 | result << 16. What they count differs
 * from CPU to CPU (LLC-load-misses is a miss of the L2 on one and of the L3 on another), so they
 * are metrics of their own and never stand in for the others.
 */
function generic(metric: PmuMetric, event: string, config: number): PmuEvent {
  const counts = `What the kernel's driver of this CPU takes for ${event}`;
  return { metric, event, type: PERF_TYPE_HW_CACHE, config, config1: 0, counts };
}

/** For a CPU that no other table knows. */
export const GENERIC: PmuTable = {
  id: 'generic',
  name: 'generic events of the kernel',
  source: 'include/uapi/linux/perf_event.h, enum perf_hw_cache_id',
  events: [
    generic('generic_l1d_read_accesses', 'L1-dcache-loads', 0x0_00_00),
    generic('generic_l1d_read_misses', 'L1-dcache-load-misses', 0x1_00_00),
    generic('generic_l1i_read_misses', 'L1-icache-load-misses', 0x1_00_01),
    generic('generic_ll_read_accesses', 'LLC-loads', 0x0_00_02),
    generic('generic_ll_read_misses', 'LLC-load-misses', 0x1_00_02),
    generic('generic_dtlb_read_misses', 'dTLB-load-misses', 0x1_00_03),
    generic('generic_itlb_read_misses', 'iTLB-load-misses', 0x1_00_04),
  ],
};
