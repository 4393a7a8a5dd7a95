import { createError, exactPercentile, type Percentile, type Support } from '@hftmon/core';
import { CACHE_FIELD_NAMES, type CacheField } from './cache-field.js';
import type { Columns } from './columns.js';
import type { CountHistory, CountRow, CountSelection } from './count-history.js';
import type { CountSums } from './count-sums.js';
import type { FieldFormula } from './field-formula.js';
import { runtimeSupport, type RuntimeState } from './runtime-support.js';
import type { CacheCounts, CountsQuery } from './types.js';

const DEFAULT_PERCENTILES: readonly number[] = [50, 95, 99, 99.9];

/** What answers are made from. */
export interface Answerer {
  readonly history: CountHistory;
  readonly columns: Columns;
  readonly formulas: ReadonlyMap<CacheField, FieldFormula>;
}

type Values = Partial<Record<CacheField, number>>;

/** Answers a query. @throws ConfigurationError HFTMON_E_CONFIG_INVALID */
export function cacheCounts(
  { history, columns, formulas }: Answerer,
  query: CountsQuery,
  state: RuntimeState,
): CacheCounts {
  const { pid, tid, percentiles = DEFAULT_PERCENTILES } = query;
  const selection: CountSelection = { pid, tid, afterNs: windowBegin(query, history.latestNs) };
  const everything = query.timeWindowUs === undefined && tid === undefined;
  const sums = everything ? history.totals(pid) : history.sum(selection);
  const values: Values = {};
  const sources = {} as Record<CacheField, Support>;
  for (const field of CACHE_FIELD_NAMES) {
    const formula = formulas.get(field)!;
    const support = runtimeSupport(formula, sums, columns, state);
    sources[field] = support;
    if (support.ok) values[field] = formula.value(sums.values);
  }
  const distribution = hitRatePercentiles(history, selection, formulas, percentiles);
  return {
    ...values,
    ...rateOf('l1HitRate', values.l1Hits, values.l1Misses),
    ...rateOf('l2HitRate', values.l2Hits, values.l2Misses),
    ...rateOf('l3HitRate', values.l3Hits, values.l3Misses),
    ...(distribution.length > 0 && { percentiles: distribution }),
    fromNs: sums.fromNs,
    toNs: sums.toNs,
    samples: sums.samples,
    ...(sums.samples > 0 && {
      sampleIntervalUs: total(sums.enabledNs) / sums.samples / 1000,
      countedRatio: countedRatio(sums),
    }),
    sources,
  };
}

/** Each group is enabled whenever the thread runs, on whichever kind of core that counts it. */
function countedRatio({ enabledNs, runningNs }: CountSums): number {
  return total(runningNs) / Math.max(...enabledNs);
}

function total(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function windowBegin({ timeWindowUs }: CountsQuery, latestNs: number): number {
  if (timeWindowUs === undefined) return -Infinity;
  if (timeWindowUs > 0) return latestNs - timeWindowUs * 1000;
  const expected = 'a positive number of microseconds';
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'timeWindowUs',
    value: timeWindowUs,
    expected,
  });
}

/** Share of the hits; 0 where there really were no accesses, nothing where either is not counted. */
function rateOf<Name extends string>(
  name: Name,
  hits: number | undefined,
  misses: number | undefined,
): Partial<Record<Name, number>> {
  if (hits === undefined || misses === undefined) return {};
  const all = hits + misses;
  return { [name]: all > 0 ? hits / all : 0 } as Record<Name, number>;
}

/** Of the samples with any access to the L1; those without say nothing of its hit rate. */
function hitRatePercentiles(
  history: CountHistory,
  selection: CountSelection,
  formulas: ReadonlyMap<CacheField, FieldFormula>,
  percents: readonly number[],
): Percentile[] {
  const hits = formulas.get('l1Hits')!;
  const misses = formulas.get('l1Misses')!;
  if (percents.length === 0 || !hits.support.ok || !misses.support.ok) return [];
  const rates = history.ratios(selection, (counts: CountRow) => {
    const hit = hits.value(counts);
    const all = hit + misses.value(counts);
    return all > 0 ? hit / all : undefined;
  });
  if (rates.length === 0) return [];
  return percents.map((percent) => ({ percent, value: exactPercentile(rates, percent) }));
}
