import {
  reasonOf,
  refusalOf,
  type CollectorState,
  type MetricSupport,
  type MonitorError,
  type RegisteredCollector,
  type Session,
  type Support,
} from '@hftmon/core';

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
  session.flush();
  return session.registry.list().map((entry) => collectorReport(session, entry));
}

function collectorReport(session: Session, { collector }: RegisteredCollector): CollectorReport {
  const { name } = collector.meta;
  const stats = session.stats().find((entry) => entry.name === name);
  const error = session.errorOf(name);
  const probed = session.probeMetrics().get(name)!;
  const { state = 'idle', lostRecords: lost = 0 } = stats ?? {};
  const inTheEnd = (support: Support): Support => whatBecameOf(support, state, error);
  const wasOpen = state === 'open' || state === 'closed' || state === 'quarantined';
  const found = wasOpen ? (collector.metricSupport?.() ?? []) : [];
  return {
    name,
    support: inTheEnd(session.probe().get(name)!),
    metrics: wasOpen ? { ...collector.metrics?.() } : {},
    sources: new Map([...probed, ...found].map(([metric, support]) => [metric, inTheEnd(support)])),
    lost,
  };
}

/** What a probe promised is not there when the collector failed, and not all of it since it did. */
function whatBecameOf(
  support: Support,
  state: CollectorState,
  error: MonitorError | undefined,
): Support {
  if (!support.ok || error === undefined) return support;
  if (state === 'failed') return refusalOf(error);
  if (state !== 'quarantined') return support;
  return {
    ...support,
    degraded: [support.degraded, reasonOf(error)].filter(Boolean).join('; '),
    remedy: [support.remedy, error.remedy].filter(Boolean).join('; '),
  };
}
