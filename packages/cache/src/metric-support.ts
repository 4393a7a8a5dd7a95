import type { MetricSupport, Support } from '@hftmon/core';
import type { CacheField } from './counting/cache-field.js';
import { COUNTED_METRICS, SHARING_METRICS } from './metric-names.js';
import type { CacheMetricField } from './types.js';

/** Support of every metric by name. */
export function metricSupport(
  counted: (field: CacheMetricField) => Support,
  sharing: Support,
): MetricSupport {
  return new Map([
    ...COUNTED_METRICS.map(({ name, field }) => [name, counted(field)] as const),
    ...SHARING_METRICS.map(({ name }) => [name, sharing] as const),
  ]);
}

/** Support of all fields, from that of the counters and of the search for shared lines. */
export function fieldSupport(
  counted: (field: CacheField) => Support,
  sharing: Support,
): (field: CacheMetricField) => Support {
  return (field) => {
    if (field === 'falseSharingEvents') return sharing;
    if (field !== 'cacheLineBounces') return counted(field);
    const near = counted('hitmOnSocket');
    if (!near.ok) return near;
    const far = counted('hitmRemote');
    const what = far.ok ? '' : '; those of another socket are not counted';
    return { ...near, degraded: `loads alone${what}` };
  };
}

/** The best of both: the collector can be used when at least one metric can be had. */
export function wholeSupport(counted: readonly Support[], sharing: Support): Support {
  const hardware = counted.find(({ ok }) => ok);
  const missing = counted.find((support) => !support.ok);
  if (hardware?.ok === true) {
    if (sharing.ok) return hardware;
    return withLimit(hardware, `no search for shared lines: ${sharing.reason}`, sharing.remedy);
  }
  if (!sharing.ok || missing === undefined || missing.ok) return missing ?? sharing;
  return withLimit(sharing, `no hardware counters: ${missing.reason}`, missing.remedy);
}

type Present = Extract<Support, { ok: true }>;

function withLimit(support: Present, degraded: string, remedy: string): Support {
  return { ...support, degraded, remedy };
}
