import { listFds } from '@hftmon/testkit';
import { CounterSampler, type CounterSamplerOptions } from '../../src/counters/counter-sampler.js';
import { nativeLibrary } from '../../src/native/bindings.js';

/** A sample as an object. */
export interface CounterSample {
  readonly tid: number;
  readonly group: number;
  readonly status: number;
  readonly timeNs: number;
  readonly enabledNs: number;
  readonly runningNs: number;
  readonly values: readonly number[];
}

/** Events of PERF_TYPE_SOFTWARE, which every kernel counts. */
export const SOFTWARE = {
  cpuClock: software(0),
  taskClock: software(1),
  pageFaults: software(2),
  contextSwitches: software(3),
  migrations: software(4),
  minorFaults: software(5),
  majorFaults: software(6),
  dummy: software(9),
} as const;

function software(config: number) {
  return { type: 1, config, config1: 0 } as const;
}

type Events = readonly (typeof SOFTWARE)[keyof typeof SOFTWARE][];

/** Counts software events; the epoch is now. */
export function softwareSampler(
  events: Events,
  options: Partial<CounterSamplerOptions> = {},
): CounterSampler {
  return new CounterSampler({
    groups: [{ pmu: 'software', events }],
    intervalUs: 10_000,
    epochNs: nativeLibrary().monotonicNs(),
    ...options,
  });
}

/** Events that this process has open; other descriptors come and go with the test runner. */
export function openEvents(): number {
  return [...listFds(process.pid).values()].filter((target) => target.includes('perf_event'))
    .length;
}

/** All samples that are there. */
export function readSamples(sampler: CounterSampler): CounterSample[] {
  const samples: CounterSample[] = [];
  const { cursor } = sampler;
  while (cursor.next()) {
    const { tid, group, status, timeNs, enabledNs, runningNs, count } = cursor;
    const values = Array.from({ length: count }, (_, index) => cursor.value(index));
    samples.push({ tid, group, status, timeNs, enabledNs, runningNs, values });
  }
  return samples;
}

/** The last sample of a thread, taken now. */
export function totalsOf(sampler: CounterSampler, tid: number, group = 0): CounterSample {
  sampler.flush();
  return readSamples(sampler)
    .filter((sample) => sample.tid === tid && sample.group === group)
    .at(-1)!;
}
