import type { CollectorMeta, MetricSupport, RegisteredCollector, Support } from '@hftmon/core';
import type { HostEnvironment } from '@hftmon/monitor';
import type { CollectorFinding, Finding, MetricFinding } from './report.js';

/** What is known of the collectors: their probes, or better what they found while they ran. */
export interface Answers {
  readonly support: ReadonlyMap<string, Support>;
  readonly metrics: ReadonlyMap<string, MetricSupport>;
}

/** What each collector can do here, with all its metrics. */
export function collectorFindings(
  collectors: readonly RegisteredCollector[],
  answers: Answers,
  environment: HostEnvironment,
): CollectorFinding[] {
  return collectors.map(({ collector: { meta } }) => {
    const answer = answers.support.get(meta.name);
    if (answer === undefined) throw new Error(`collector ${meta.name} was not probed`);
    const missing = answer.ok ? missingNeeds(meta, environment) : [];
    const metrics = meta.metrics.map((metric): MetricFinding => {
      const own = answers.metrics.get(meta.name)?.get(metric.name) ?? answer;
      return { ...metric, ...finding(own, missing), ...originOf(own) };
    });
    const { name, version, summary } = meta;
    return {
      name,
      version,
      summary,
      ...withAbsentMetrics(finding(answer, missing), metrics),
      ...(answer.ok ? {} : { code: answer.code }),
      ...originOf(answer),
      metrics,
    };
  });
}

function originOf(answer: Support): { tier?: string; source?: string } {
  return answer.ok ? { tier: answer.tier, source: answer.source } : {};
}

/** @param missing - optional needs of the collector that the host does not meet */
function finding(answer: Support, missing: readonly string[]): Finding {
  if (!answer.ok) return { status: 'absent', reason: answer.reason, remedy: answer.remedy };
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

/** A collector that lacks some of its metrics is degraded, whatever it says of the rest. */
function withAbsentMetrics(whole: Finding, metrics: readonly MetricFinding[]): Finding {
  const absent = metrics.filter(({ status }) => status === 'absent').length;
  if (whole.status === 'absent' || absent === 0) return whole;
  const count = `${absent} of ${metrics.length} metrics are absent`;
  return {
    status: 'degraded',
    reason: [whole.reason, count].filter(Boolean).join('; '),
    remedy: 'see each metric',
  };
}

function missingNeeds(meta: CollectorMeta, environment: HostEnvironment): string[] {
  return meta.needs
    .filter(({ type, name, optional }) => optional === true && !isMet(type, name, environment))
    .map(({ name }) => name);
}

function isMet(type: string, name: string, environment: HostEnvironment): boolean {
  if (type === 'capability') return environment.hasCapability(name);
  if (type === 'tracepoint') return environment.hasTracepoint(name);
  return true;
}
