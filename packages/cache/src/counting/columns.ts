import type { CounterPlan, PmuMetric } from '@hftmon/perf-native';

/**
 * Where each metric of a plan is kept: one column per metric, whichever group counts it. On a
 * hybrid CPU the groups of both kinds of core fill the same columns.
 */
export class Columns {
  /** Metrics by column. */
  readonly metrics: readonly PmuMetric[];
  /** Column of each event, by group. */
  readonly ofGroup: readonly Uint8Array[];
  readonly #byMetric: ReadonlyMap<PmuMetric, number>;

  constructor({ groups }: Pick<CounterPlan, 'groups'>) {
    this.metrics = [...new Set(groups.flatMap(({ events }) => events.map(({ metric }) => metric)))];
    this.#byMetric = new Map(this.metrics.map((metric, column) => [metric, column]));
    this.ofGroup = groups.map(({ events }) =>
      Uint8Array.from(events, ({ metric }) => this.#byMetric.get(metric)!),
    );
  }

  /** Column of a metric; `undefined` when it is not counted. */
  of(metric: PmuMetric): number | undefined {
    return this.#byMetric.get(metric);
  }

  /** Groups that count a metric. */
  groupsOf(metric: PmuMetric): number[] {
    const column = this.of(metric);
    if (column === undefined) return [];
    return this.ofGroup.flatMap((columns, group) => (columns.includes(column) ? [group] : []));
  }
}
