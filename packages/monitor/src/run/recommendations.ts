import type { Recommendation as Advice, Session } from '@hftmon/core';

/** Something to change, with the evidence for it and the exact command or call. */
export interface Recommendation extends Advice {
  /** Collector that has the evidence. */
  readonly collector: string;
}

/** A collector that has advice to give. */
interface Adviser {
  recommendations(): readonly Advice[];
}

/**
 * What the collectors of a session advise; nothing without evidence. First what would win back
 * time that was lost, most of it first, then what has no such measure.
 */
export function recommendationsOf(session: Session): Recommendation[] {
  const states = new Map(session.stats().map(({ name, state }) => [name, state]));
  const all = session.registry.list().flatMap(({ collector }) => {
    const { name } = collector.meta;
    const state = states.get(name);
    if (!isAdviser(collector) || (state !== 'open' && state !== 'closed')) return [];
    return collector.recommendations().map((advice) => ({ collector: name, ...advice }));
  });
  return all.sort((a, b) => (b.lostNs ?? 0) - (a.lostNs ?? 0));
}

function isAdviser(collector: object): collector is Adviser {
  return typeof (collector as Partial<Adviser>).recommendations === 'function';
}
