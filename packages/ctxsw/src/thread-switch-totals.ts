import { log2Percentile, type ThreadTotals } from '@hftmon/core';
import type { Distribution, ThreadSwitchTotals } from './types.js';

/** The part of a thread's totals that is about switches. */
export function threadSwitchTotals(
  totals: ThreadTotals,
  percentiles: readonly number[],
): ThreadSwitchTotals {
  return {
    tid: totals.tid,
    pid: totals.pid,
    comm: totals.comm,
    state: totals.state,
    voluntarySwitches: totals.voluntarySwitches,
    involuntarySwitches: totals.involuntarySwitches,
    migrations: totals.migrations,
    lifetimeNs: totals.lifetimeNs,
    onCpuNs: totals.onCpuNs,
    offCpuNs: totals.offCpuNs,
    runQueueNs: totals.runQueueNs,
    offCpu: distribution(totals.offCpuHistogram, percentiles),
    runQueueWait: distribution(totals.runQueueHistogram, percentiles),
  };
}

function distribution(buckets: Uint32Array, percentiles: readonly number[]): Distribution {
  return {
    count: buckets.reduce((sum, count) => sum + count, 0),
    percentiles: percentiles
      .map((percent) => log2Percentile(buckets, percent))
      .filter((bounds) => bounds !== undefined),
  };
}
