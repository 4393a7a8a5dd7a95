import type { Support } from '@hftmon/core';
import type { CacheField } from './counting/cache-field.js';
import type { CacheCounts } from './counting/types.js';
import { COUNTED_METRICS, SHARING_METRICS } from './metric-names.js';
import { fieldSupport } from './metric-support.js';
import type { FalseSharingReport } from './sharing/report.js';
import type { CacheMetricField, CacheMetrics, CacheQuery } from './types.js';

/** Puts counts and shared lines into one answer. */
export function cacheMetrics(
  counts: CacheCounts,
  sharing: FalseSharingReport,
  timestamp: Date,
): CacheMetrics {
  const supportOf = fieldSupport((field) => counts.sources[field], sharing.source);
  const extra: Record<Exclude<CacheMetricField, CacheField>, Support> = {
    falseSharingEvents: supportOf('falseSharingEvents'),
    cacheLineBounces: supportOf('cacheLineBounces'),
  };
  const bounces = cacheLineBounces(counts);
  return {
    timestamp,
    ...counts,
    ...(sharing.source.ok && { falseSharingEvents: falseSharingEvents(sharing) }),
    ...(bounces !== undefined && { cacheLineBounces: bounces }),
    falseSharing: sharing,
    sources: { ...counts.sources, ...extra },
  };
}

/** The lines that a process or thread takes part in. */
export function selectLines(
  report: FalseSharingReport,
  { pid, tid }: CacheQuery,
): FalseSharingReport {
  if (pid === undefined && tid === undefined) return report;
  const lines = report.lines.filter(
    (line) =>
      (pid === undefined || line.pid === pid) &&
      (tid === undefined || line.threads.some((thread) => thread.tid === tid)),
  );
  return { ...report, lines };
}

/** Values by the names of `meta.metrics`; what could not be had is left out. */
export function metricValues(metrics: CacheMetrics): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, field, rate } of COUNTED_METRICS) {
    const value = metrics[rate ?? field];
    if (value !== undefined) values[name] = value;
  }
  const { source, samples, lines } = metrics.falseSharing;
  if (!source.ok || samples === undefined) return values;
  const all = [
    falseSharingEvents(metrics.falseSharing),
    lines.filter(({ verdict }) => verdict !== 'true').length,
    lines.filter(({ verdict }) => verdict === 'true').length,
    samples.taken,
    samples.attributed,
  ];
  SHARING_METRICS.forEach(({ name }, i) => (values[name] = all[i] as number));
  return values;
}

function falseSharingEvents({ lines }: FalseSharingReport): number {
  return lines.reduce((sum, { verdict, samples }) => sum + (verdict === 'true' ? 0 : samples), 0);
}

function cacheLineBounces({ hitmOnSocket, hitmRemote }: CacheCounts): number | undefined {
  return hitmOnSocket === undefined ? undefined : hitmOnSocket + (hitmRemote ?? 0);
}
