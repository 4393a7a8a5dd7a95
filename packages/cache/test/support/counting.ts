import type { Support } from '@hftmon/core';
import {
  PMU_METRIC_NAMES,
  type PmuMetric,
  type PmuResolution,
  type ResolvedMetric,
} from '@hftmon/perf-native';
import { listFds } from '@hftmon/testkit';
import type { CounterSample } from '../../src/counting/count-history.js';

/** Numbers of PERF_TYPE_SOFTWARE. */
export const SOFTWARE = {
  taskClock: 1,
  pageFaults: 2,
  contextSwitches: 3,
  migrations: 4,
  dummy: 9,
} as const;

const ABSENT: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'this CPU has no counter for it',
  remedy: 'none on this CPU',
};

/** Events that this process has open; other descriptors come and go with the test runner. */
export function openEvents(): number {
  return [...listFds(process.pid).values()].filter((target) => target.includes('perf_event'))
    .length;
}

/**
 * A CPU whose cache events are really events of the kernel, which every host counts: so that the
 * way of a count from the kernel to the answer can be checked without a PMU.
 */
export function softwarePmu(
  configs: Partial<Record<PmuMetric, number>>,
  pmu = 'software',
): PmuResolution {
  const resolve = (metric: PmuMetric): ResolvedMetric => {
    const config = configs[metric];
    if (config === undefined) return { support: ABSENT, events: [] };
    const event = `software:${config}`;
    const events = [{ metric, pmu, event, counts: event, type: 1, config, config1: 0 }];
    return { support: { ok: true, tier: 'hardware', source: event }, events };
  };
  return {
    cpu: undefined,
    pmus: [{ name: pmu, type: 1, cpus: undefined, events: new Set() }],
    tables: [],
    excludeKernel: false,
    nmiWatchdog: false,
    metrics: new Map(PMU_METRIC_NAMES.map((metric) => [metric, resolve(metric)])),
  };
}

/** A sample of a cursor. Times in ms; counted all the time unless said otherwise. */
export function sampleOf(
  tid: number,
  timeMs: number,
  values: readonly number[],
  given: Partial<Pick<CounterSample, 'group' | 'status' | 'enabledNs' | 'runningNs'>> = {},
): CounterSample {
  const { group = 0, status = 0, enabledNs = timeMs * 1e6 } = given;
  const { runningNs = enabledNs } = given;
  const timeNs = timeMs * 1e6;
  const value = (index: number) => values[index]!;
  return { tid, group, status, timeNs, enabledNs, runningNs, value };
}
