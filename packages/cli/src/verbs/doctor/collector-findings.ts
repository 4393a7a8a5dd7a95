import type {
  CollectorMeta,
  MetricSupport,
  Need,
  RegisteredCollector,
  Support,
} from '@hftmon/core';
import type { HostEnvironment } from '@hftmon/monitor';
import { grant } from './grant.js';
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
function finding(answer: Support, missing: readonly Need[]): Finding {
  if (!answer.ok) return { status: 'absent', reason: answer.reason, remedy: answer.remedy };
  const reasons = [
    ...(answer.degraded === undefined ? [] : [answer.degraded]),
    ...(missing.length === 0
      ? []
      : [`works without ${missing.map(({ name }) => name).join(', ')}, with less`]),
  ];
  if (reasons.length === 0) return { status: 'available' };
  const remedy = answer.remedy ?? wayToGet(missing);
  return { status: 'degraded', reason: reasons.join('; '), remedy };
}

function wayToGet(missing: readonly Need[]): string {
  const capabilities = missing.filter(({ type }) => type === 'capability');
  if (capabilities.length > 0) return grant(...capabilities.map(({ name }) => name));
  if (missing.length > 0) return 'use a kernel that has them, as newer ones do';
  return 'none: this source gives no more on this host';
}

/** A collector that lacks some of its metrics is degraded, whatever it says of the rest. */
function withAbsentMetrics(whole: Finding, metrics: readonly MetricFinding[]): Finding {
  const absent = metrics.filter(({ status }) => status === 'absent').length;
  if (whole.status === 'absent' || absent === 0) return whole;
  const count = `${absent} of ${metrics.length} metrics are absent`;
  const fixes = new Set(metrics.map(({ remedy }) => remedy).filter(Boolean));
  const [only] = fixes;
  return {
    status: 'degraded',
    reason: [whole.reason, count].filter(Boolean).join('; '),
    remedy: fixes.size === 1 ? only! : 'that of each metric that is absent or degraded',
  };
}

function missingNeeds(meta: CollectorMeta, environment: HostEnvironment): Need[] {
  return meta.needs.filter(
    ({ type, name, optional }) => optional === true && !isMet(type, name, environment),
  );
}

function isMet(type: string, name: string, environment: HostEnvironment): boolean {
  if (type === 'capability') return environment.hasCapability(name);
  if (type === 'tracepoint') return environment.hasTracepoint(name);
  return true;
}
