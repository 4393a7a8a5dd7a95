import type { Session, Support } from '@hftmon/core';

/** What a collector measured over a run, and from where. */
export interface CollectorReport {
  readonly name: string;
  readonly support: Support;
  /** Values of its `meta.metrics`, by name; empty when it was not open, or offers no values. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** Records that it never saw, because they were overwritten before their delivery. */
  readonly lost: number;
}

/** A collector that can say the values of its metrics. */
interface WithMetrics {
  metrics(): Readonly<Record<string, unknown>>;
}

/** Reports of all collectors of a session. */
export function collectorReports(session: Session): CollectorReport[] {
  const support = session.probe();
  const stats = new Map(session.stats().map((entry) => [entry.name, entry]));
  session.flush();
  return session.registry.list().map(({ collector }) => {
    const { name } = collector.meta;
    const state = stats.get(name)?.state;
    const wasOpen = state === 'open' || state === 'closed' || state === 'quarantined';
    return {
      name,
      support: support.get(name)!,
      metrics: wasOpen && hasMetrics(collector) ? collector.metrics() : {},
      lost: stats.get(name)?.lostRecords ?? 0,
    };
  });
}

function hasMetrics(collector: object): collector is WithMetrics {
  return typeof (collector as Partial<WithMetrics>).metrics === 'function';
}
