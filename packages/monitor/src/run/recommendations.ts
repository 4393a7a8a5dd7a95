import type { Session } from '@hftmon/core';
import type { NumaRecommendation } from '@hftmon/numa';

/** Something to change, with the evidence for it and the exact command or call. */
export interface Recommendation extends Omit<NumaRecommendation, 'rule'> {
  /** Collector that has the evidence. */
  readonly collector: string;
  readonly rule: string;
}

/** A collector that has advice to give. */
interface Adviser {
  recommendations(): readonly Omit<Recommendation, 'collector'>[];
}

/** What the collectors of a session advise; nothing without evidence. */
export function recommendationsOf(session: Session): Recommendation[] {
  const states = new Map(session.stats().map(({ name, state }) => [name, state]));
  return session.registry.list().flatMap(({ collector }) => {
    const { name } = collector.meta;
    const state = states.get(name);
    if (!isAdviser(collector) || (state !== 'open' && state !== 'closed')) return [];
    return collector.recommendations().map((advice) => ({ collector: name, ...advice }));
  });
}

function isAdviser(collector: object): collector is Adviser {
  return typeof (collector as Partial<Adviser>).recommendations === 'function';
}
