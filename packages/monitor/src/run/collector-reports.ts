import type { MetricSupport, Session, Support } from '@hftmon/core';

/** What a collector measured over a run, and from where. */
export interface CollectorReport {
  readonly name: string;
  readonly support: Support;
  /** Values of its `meta.metrics`, by name; those that could not be had are left out. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** Every one of its metrics: where it comes from, or why it is missing. */
  readonly sources: MetricSupport;
  /** Records that it never saw, because they were overwritten before their delivery. */
  readonly lost: number;
}

/** Reports of all collectors of a session. */
export function collectorReports(session: Session): CollectorReport[] {
  const support = session.probe();
  const probed = session.probeMetrics();
  const stats = new Map(session.stats().map((entry) => [entry.name, entry]));
  session.flush();
  return session.registry.list().map(({ collector }) => {
    const { name } = collector.meta;
    const state = stats.get(name)?.state;
    const wasOpen = state === 'open' || state === 'closed' || state === 'quarantined';
    const found = wasOpen ? (collector.metricSupport?.() ?? []) : [];
    return {
      name,
      support: support.get(name)!,
      metrics: wasOpen ? { ...collector.metrics?.() } : {},
      sources: new Map([...probed.get(name)!, ...found]),
      lost: stats.get(name)?.lostRecords ?? 0,
    };
  });
}
