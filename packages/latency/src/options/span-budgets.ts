import { createError } from '@hftmon/core';

/** A turn that takes longer keeps whatever else the loop serves waiting for long. */
const LOOP_TURN_NS = 10e6;

/** us by name of the span; a number is for all names. */
export type SpanBudgetOption = number | Readonly<Record<string, number>>;

/** What spans may take, by name. */
export class SpanBudgets {
  readonly #byName: ReadonlyMap<string, number>;
  readonly #default: number;

  /** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
  constructor(option: SpanBudgetOption = {}) {
    const entries: [string, number][] = typeof option === 'number' ? [] : Object.entries(option);
    this.#default = typeof option === 'number' ? nsOf('spanBudgetUs', option) : Infinity;
    this.#byName = new Map(
      entries.map(([name, us]) => [name, nsOf(`spanBudgetUs.${name}`, us)] as const),
    );
  }

  /** Budget of a name, ns; Infinity without one. @param isLoop - they are turns of an event loop */
  of(name: string, isLoop: boolean): number {
    return this.#byName.get(name) ?? (isLoop ? LOOP_TURN_NS : this.#default);
  }
}

function nsOf(option: string, us: unknown): number {
  if (typeof us === 'number' && us >= 0 && us <= 3.6e9) return us * 1000;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option,
    value: String(us),
    expected: 'a number from 0 to 3600000000',
  });
}
