import type { CollectorMeta, RegisteredCollector, Support } from '@hftmon/core';
import type { HostEnvironment } from '@hftmon/monitor';
import type { CollectorFinding, Finding, MetricFinding } from './report.js';

/** What each collector can do here, with all its metrics. */
export function collectorFindings(
  collectors: readonly RegisteredCollector[],
  support: ReadonlyMap<string, Support>,
  environment: HostEnvironment,
): CollectorFinding[] {
  return collectors.map(({ collector: { meta } }) => {
    const answer = support.get(meta.name);
    if (answer === undefined) throw new Error(`collector ${meta.name} was not probed`);
    const finding = answer.ok ? usable(answer, meta, environment) : unusable(answer);
    const origin = answer.ok ? { tier: answer.tier, source: answer.source } : {};
    const { name, version, summary } = meta;
    return {
      name,
      version,
      summary,
      ...finding,
      ...(answer.ok ? {} : { code: answer.code }),
      ...origin,
      metrics: meta.metrics.map((metric): MetricFinding => ({ ...metric, ...finding, ...origin })),
    };
  });
}

function unusable({ reason, remedy }: Extract<Support, { ok: false }>): Finding {
  return { status: 'absent', reason, remedy };
}

function usable(
  answer: Extract<Support, { ok: true }>,
  meta: CollectorMeta,
  environment: HostEnvironment,
): Finding {
  const missing = meta.needs
    .filter(({ type, name, optional }) => optional === true && !isMet(type, name, environment))
    .map(({ name }) => name);
  const reasons = [
    ...(answer.degraded === undefined ? [] : [answer.degraded]),
    ...(missing.length === 0 ? [] : [`works without ${missing.join(', ')}, with less`]),
  ];
  if (reasons.length === 0) return { status: 'available' };
  return {
    status: 'degraded',
    reason: reasons.join('; '),
    remedy: 'see the checks of the host in this report',
  };
}

function isMet(type: string, name: string, environment: HostEnvironment): boolean {
  if (type === 'capability') return environment.hasCapability(name);
  if (type === 'tracepoint') return environment.hasTracepoint(name);
  return true;
}
