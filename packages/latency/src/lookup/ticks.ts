import type { EventSource, TickDependency } from '@hftmon/core';
import { readCpuLists } from '@hftmon/perf-native';

/** Why the timer tick of a CPU is on. */
export class Ticks {
  readonly #source: Pick<EventSource, 'interruptTotals'>;
  readonly #nohzFull: ReadonlySet<number>;

  constructor(source: Pick<EventSource, 'interruptTotals'>, sysRoot: string) {
    this.#source = source;
    this.#nohzFull = new Set(readCpuLists(sysRoot).nohzFull);
  }

  /** Is the tick of the CPU to stop while one task runs? On others it is always on. */
  isNohzFull(cpu: number): boolean {
    return this.#nohzFull.has(cpu);
  }

  /**
   * What kept the tick of such a CPU on, with how often since the session started; `undefined` when
   * nothing was seen to. Only a session with a collector of tick stops sees it.
   */
  keptOn(cpu: number): Partial<Record<TickDependency, number>> | undefined {
    if (!this.isNohzFull(cpu)) return undefined;
    const ticks = this.#source.interruptTotals?.().ticks?.find((totals) => totals.cpu === cpu);
    const reasons = Object.entries(ticks?.kept ?? {}).filter(([, count]) => count > 0);
    return reasons.length === 0 ? undefined : Object.fromEntries(reasons);
  }
}
