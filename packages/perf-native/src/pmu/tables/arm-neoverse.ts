import { raw, type PmuEvent, type PmuTable } from '../event.js';
import type { PmuMetric } from '../metric.js';

/**
 * A common event of the Arm PMU architecture. A core that lacks it opens it and counts nothing, so
 * its presence in sysfs decides.
 */
function common(metric: PmuMetric, name: string, config: number, counts: string): PmuEvent {
  return raw(metric, name, config, counts, { sysfsName: name.toLowerCase() });
}

const EVENTS: readonly PmuEvent[] = [
  common('l1d_accesses', 'L1D_CACHE', 0x04, 'Accesses of loads and stores to the L1D'),
  common('l1d_misses', 'L1D_CACHE_REFILL', 0x03, 'L1D lines refilled for loads and stores'),
  common('l1i_accesses', 'L1I_CACHE', 0x14, 'Fetches from the L1I'),
  common('l1i_misses', 'L1I_CACHE_REFILL', 0x01, 'L1I lines refilled'),
  common('l2_accesses', 'L2D_CACHE', 0x16, 'Accesses to the L2, of the L1I too'),
  common('l2_misses', 'L2D_CACHE_REFILL', 0x17, 'L2 lines refilled'),
  common('l3_accesses', 'LL_CACHE_RD', 0x36, 'Reads that reached the last-level cache'),
  common('l3_misses', 'LL_CACHE_MISS_RD', 0x37, 'Reads that missed the last-level cache'),
  common('dtlb_walks', 'DTLB_WALK', 0x34, 'Page walks for data accesses'),
  common('itlb_walks', 'ITLB_WALK', 0x35, 'Page walks for instruction fetches'),
  common('remote_accesses', 'REMOTE_ACCESS', 0x31, 'Accesses whose data came from another chip'),
  // Not common events, so sysfs does not list them; each of these cores documents them.
  raw(
    'cluster_refills',
    'L1D_CACHE_REFILL_INNER',
    0x44,
    'L1D lines refilled from a cache within the cluster of the core',
  ),
  raw(
    'beyond_cluster_refills',
    'L1D_CACHE_REFILL_OUTER',
    0x45,
    'L1D lines refilled from beyond the cluster: the system cache, another chip or memory',
  ),
];

function neoverse(id: string, name: string): PmuTable {
  return {
    id,
    name,
    source: `Arm ${name} technical reference manual; Linux pmu-events ${id}`,
    events: EVENTS,
  };
}

export const NEOVERSE_N1 = neoverse('neoverse-n1', 'Neoverse N1');
export const NEOVERSE_V1 = neoverse('neoverse-v1', 'Neoverse V1');
export const NEOVERSE_N2 = neoverse('neoverse-n2', 'Neoverse N2');
export const NEOVERSE_V2 = neoverse('neoverse-v2', 'Neoverse V2');
