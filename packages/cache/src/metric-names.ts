import type { MetricMeta } from '@hftmon/core';
import type { CacheField } from './counting/cache-field.js';
import type { CacheMetricField } from './types.js';

type Rate = 'l1HitRate' | 'l2HitRate' | 'l3HitRate';

/** A metric, and the field of the answer that holds its value or whose source it shares. */
export interface FieldMetric extends MetricMeta {
  readonly field: CacheMetricField;
  /** The rate that the metric is, if it is one; its source is that of `field`. */
  readonly rate?: Rate;
}

const HELP: Readonly<Record<CacheField, string>> = {
  l1Hits: 'Loads answered by the first-level data cache',
  l1Misses: 'Loads, or lines filled, that missed the first-level data cache',
  l2Hits: 'Loads answered by the second-level cache',
  l2Misses: 'Loads that missed the second-level cache',
  l3Hits: 'Loads answered by the third-level cache',
  l3Misses: 'Loads that missed the third-level cache',
  tlbMisses: 'Page walks for data addresses',
  itlbMisses: 'Page walks for instruction addresses',
  l1iHits: 'Fetches answered by the first-level instruction cache',
  l1iMisses: 'Fetches that missed the first-level instruction cache',
  memoryOrderingClears: 'Times that the pipeline was cleared to keep the order of memory accesses',
  hitmOnSocket: 'Loads answered by a modified line of another core of the socket',
  hitmRemote: 'Loads answered by a modified line of another socket',
  rfoHitmOnSocket: 'Stores whose line was modified in another core of the socket',
  crossCcxFillsNear: 'Cache fills from another core complex of the node',
  crossCcxFillsFar: 'Cache fills from a core complex of another node',
  clusterRefills: 'Refills of the data cache from within the cluster of cores',
  beyondClusterRefills: 'Refills of the data cache from outside the cluster of cores',
  remoteAccesses: 'Accesses to another socket or chip',
  instructions: 'Instructions retired',
  cycles: 'Core cycles',
};

const RATES: readonly { readonly rate: Rate; readonly field: CacheField; readonly help: string }[] =
  [
    { rate: 'l1HitRate', field: 'l1Hits', help: 'Share of hits in the first-level data cache' },
    { rate: 'l2HitRate', field: 'l2Hits', help: 'Share of hits in the second-level cache' },
    { rate: 'l3HitRate', field: 'l3Hits', help: 'Share of hits in the third-level cache' },
  ];

/** Metrics that hold the counts and rates of the PMU. */
export const COUNTED_METRICS: readonly FieldMetric[] = [
  ...Object.entries(HELP).map(([field, help]): FieldMetric => ({
    field: field as CacheField,
    name: snakeCase(field),
    unit: 'count',
    type: 'counter',
    help,
  })),
  ...RATES.map(({ rate, field, help }): FieldMetric => ({
    field,
    rate,
    name: snakeCase(rate).replace(/_rate$/, '_ratio'),
    unit: 'ratio',
    type: 'gauge',
    help,
  })),
  {
    field: 'cacheLineBounces',
    name: 'cache_line_bounces',
    unit: 'count',
    type: 'counter',
    help: 'Loads answered by a modified line of any other core (HITM)',
  },
];

/** Metrics of the search for shared lines; all have its source. */
export const SHARING_METRICS: readonly MetricMeta[] = [
  {
    name: 'false_sharing_events',
    unit: 'count',
    type: 'gauge',
    help: 'Address samples on lines whose sharing is false or mixed',
  },
  {
    name: 'false_sharing_lines',
    unit: 'count',
    type: 'gauge',
    help: 'Cache lines whose sharing is false or mixed',
  },
  {
    name: 'true_sharing_lines',
    unit: 'count',
    type: 'gauge',
    help: 'Cache lines that threads share in earnest and spend time at',
  },
  {
    name: 'address_samples',
    unit: 'count',
    type: 'counter',
    help: 'Address samples taken',
  },
  {
    name: 'attributed_address_samples',
    unit: 'count',
    type: 'counter',
    help: 'Address samples whose memory address is known',
  },
];

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
