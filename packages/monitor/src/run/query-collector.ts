import type { CacheMetrics, CacheQuery } from '@hftmon/cache';
import { createError, type Session } from '@hftmon/core';

/**
 * Answer of a collector of a session.
 * @throws HardwareNotSupportedError when this host cannot serve the collector
 * @throws ConfigurationError `HFTMON_E_COLLECTOR_UNKNOWN` when it is not among the monitor's
 */
export function queryCollector(session: Session, name: string, query: object): unknown {
  requireSupport(session, name);
  return session.snapshot(name, query);
}

/**
 * Answer of the cache collector, which consists of reasons where it cannot be served or was not
 * started.
 * @throws ConfigurationError `HFTMON_E_COLLECTOR_UNKNOWN` when it is not among the monitor's
 */
export function cacheMetricsOf(session: Session, query: CacheQuery): CacheMetrics {
  const isUsable = session.probe().get('cache')?.ok === true;
  if (isUsable && session.state !== 'idle') return session.snapshot('cache', query) as CacheMetrics;
  return session.registry.get('cache').collector.snapshot(query) as CacheMetrics;
}

/**
 * Asks a collector of a session for more than its `snapshot`. One that a user put in its place may
 * lack the method.
 * @throws HardwareNotSupportedError, ConfigurationError as {@link queryCollector}
 */
export function askCollector<Kind, Answer>(
  session: Session,
  name: string,
  ask: (collector: Partial<Kind>) => Answer,
): Answer {
  requireSupport(session, name);
  session.flush();
  const { collector } = session.registry.get(name);
  return ask(collector as unknown as Partial<Kind>);
}

function requireSupport(session: Session, name: string): void {
  const support = session.probe().get(name);
  if (support?.ok !== false) return;
  throw createError('HFTMON_E_UNSUPPORTED', {
    feature: `collector ${name}`,
    reason: support.reason,
    remedy: support.remedy,
  });
}
