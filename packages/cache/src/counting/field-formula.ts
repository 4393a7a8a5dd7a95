import type { Refusal, Support } from '@hftmon/core';
import type { PmuMetric } from '@hftmon/perf-native';
import {
  CACHE_FIELDS,
  CACHE_FIELD_NAMES,
  type CacheField,
  type FieldRecipe,
} from './cache-field.js';
import type { Columns } from './columns.js';
import type { CountRow } from './count-history.js';

/** How a field is got on this host, or why it is not. */
export interface FieldFormula {
  readonly support: Support;
  /** Metrics that it is made of; empty when it is not supported. */
  readonly metrics: readonly PmuMetric[];
  /** Its value from counts by column. */
  value(counts: CountRow): number;
}

/** How every field is got, from the support of the metrics that were asked for. */
export function fieldFormulas(
  supports: ReadonlyMap<PmuMetric, Support>,
  columns: Columns,
): ReadonlyMap<CacheField, FieldFormula> {
  return new Map(CACHE_FIELD_NAMES.map((field) => [field, fieldFormula(field, supports, columns)]));
}

/** Picks the first way to get a field whose metrics are all counted. */
function fieldFormula(
  field: CacheField,
  supports: ReadonlyMap<PmuMetric, Support>,
  columns: Columns,
): FieldFormula {
  const recipes: readonly FieldRecipe[] = CACHE_FIELDS[field];
  for (const recipe of recipes) {
    const { add, subtract } = recipe;
    const metrics = subtract === undefined ? add : [...add, subtract];
    const used = metrics.map((metric) => supports.get(metric));
    if (!used.every((support) => support?.ok === true)) continue;
    return { support: combine(recipe, used), metrics, value: valueOf(recipe, columns) };
  }
  return { support: reason(recipes, supports), metrics: [], value: () => NaN };
}

function combine({ subtract, degraded }: FieldRecipe, used: readonly Support[]): Support {
  const sources = used.map((support) => (support.ok ? support.source : ''));
  const source = sources.join(subtract === undefined ? ' + ' : ' − ');
  const notes = new Set(used.flatMap((support) => (support.ok ? [support.degraded] : [])));
  notes.add(degraded);
  notes.delete(undefined);
  const remedies = new Set(used.flatMap((support) => (support.ok ? [support.remedy] : [])));
  remedies.delete(undefined);
  return {
    ok: true,
    tier: 'hardware',
    source,
    ...(notes.size > 0 && { degraded: [...notes].join('; ') }),
    ...(remedies.size > 0 && { remedy: [...remedies].join('; ') }),
  };
}

function valueOf({ add, subtract }: FieldRecipe, columns: Columns): FieldFormula['value'] {
  const plus = add.map((metric) => columns.of(metric)!);
  const minus = subtract === undefined ? undefined : columns.of(subtract)!;
  return (counts) => {
    let value = 0;
    for (const column of plus) value += counts[column]!;
    // Speculative accesses and fills are counted at different moments, so it may go below.
    return minus === undefined ? value : Math.max(0, value - counts[minus]!);
  };
}

/** A reason that says more than that the CPU lacks the best way, if there is one. */
function reason(
  recipes: readonly FieldRecipe[],
  supports: ReadonlyMap<PmuMetric, Support>,
): Refusal {
  const refusals = recipes
    .flatMap(({ add, subtract }) => (subtract === undefined ? add : [...add, subtract]))
    .map((metric) => supports.get(metric))
    .filter((support): support is Refusal => support?.ok === false);
  return refusals.find(({ remedy }) => remedy !== NO_REMEDY) ?? refusals[0] ?? NOT_WANTED;
}

/** Remedy of a metric that the CPU has no counter for. */
const NO_REMEDY = 'none on this CPU';

const NOT_WANTED: Refusal = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'it is not among the metrics to count',
  remedy: 'add it to the option counterMetrics',
};
