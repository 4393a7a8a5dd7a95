import { createError } from '../errors/create-error.js';
import { FIRST_PLUGIN_KIND, RecordKind } from '../record/record-kind.js';
import type { Collector } from './collector.js';
import {
  HOST_API_VERSION,
  type CollectorMeta,
  type MetricMeta,
  type Need,
} from './collector-meta.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const METRIC_NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const SEMVER = /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;
const KIND_NAME = /^[a-z][a-z0-9]*([-.][a-z0-9]+)*$/;
const UNITS = ['ns', 'us', 'count', 'ratio', 'bytes', 'bytes_per_second', 'hertz'];
const METRIC_TYPES = ['counter', 'gauge', 'histogram'];
const NEED_TYPES = ['capability', 'tracepoint', 'file', 'feature'];
const METHODS = ['probe', 'open', 'snapshot', 'close'] as const;
const OPTIONAL_METHODS = [
  'probeMetrics',
  'attach',
  'leave',
  'detach',
  'onRecords',
  'sample',
  'idle',
  'metrics',
  'metricSupport',
] as const;
const KNOWN_KINDS: ReadonlySet<number> = new Set(Object.values(RecordKind));

/**
 * Checks what a collector says of itself, so that a mistake shows when it is registered and not
 * at the first record.
 * @throws ConfigurationError `HFTMON_E_COLLECTOR_META` naming the field, `…_API` or `…_SHAPE`
 */
export function validateCollector(collector: Collector): void {
  const meta = collector.meta as CollectorMeta | undefined;
  if (typeof meta !== 'object' || meta === null) throw bad('?', 'meta', meta, 'an object');
  const check = checker(typeof meta.name === 'string' ? meta.name : '?');
  check('meta.name', meta.name, 'kebab-case', matches(meta.name, NAME));
  check('meta.version', meta.version, 'a version such as 1.2.3', matches(meta.version, SEMVER));
  if (meta.apiVersion !== HOST_API_VERSION) {
    throw createError('HFTMON_E_COLLECTOR_API', {
      collector: meta.name,
      found: meta.apiVersion,
      expected: HOST_API_VERSION,
    });
  }
  check('meta.summary', meta.summary, 'one sentence', isText(meta.summary));
  for (const field of ['kinds', 'metrics', 'needs'] as const) {
    check(`meta.${field}`, meta[field], 'an array', Array.isArray(meta[field]));
  }
  for (const kind of meta.kinds) {
    check('meta.kinds', kind, `record kinds below ${FIRST_PLUGIN_KIND}`, KNOWN_KINDS.has(kind));
  }
  checkPluginKinds(meta, check);
  checkMetrics(meta.metrics, check);
  for (const need of meta.needs) checkNeed(need, check);
  checkMethods(collector);
}

type Check = (field: string, value: unknown, expected: string, ok: boolean) => void;

function checker(collector: string): Check {
  return (field, value, expected, ok) => {
    if (!ok) throw bad(collector, field, value, expected);
  };
}

function checkPluginKinds(meta: CollectorMeta, check: Check): void {
  const kinds: readonly string[] = meta.pluginKinds ?? [];
  check('meta.pluginKinds', kinds, 'an array', Array.isArray(kinds));
  for (const kind of kinds) {
    check('meta.pluginKinds', kind, 'a name such as my-collector.event', matches(kind, KIND_NAME));
  }
  check('meta.pluginKinds', kinds.join(), 'without duplicates', isUnique(kinds));
}

function checkMetrics(metrics: readonly MetricMeta[], check: Check): void {
  for (const { name, unit, type, help } of metrics) {
    check('meta.metrics[].name', name, 'snake_case', matches(name, METRIC_NAME));
    check(`meta.metrics.${name}.unit`, unit, `one of ${UNITS.join(', ')}`, UNITS.includes(unit));
    const types = `one of ${METRIC_TYPES.join(', ')}`;
    check(`meta.metrics.${name}.type`, type, types, METRIC_TYPES.includes(type));
    const sentence = isText(help) && !help.endsWith('.');
    check(`meta.metrics.${name}.help`, help, 'one sentence without a full stop', sentence);
  }
  const names = metrics.map((metric) => metric.name);
  check('meta.metrics', names.join(), 'without duplicates', isUnique(names));
}

function checkNeed(need: Need, check: Check): void {
  const types = `one of ${NEED_TYPES.join(', ')}`;
  check('meta.needs[].type', need.type, types, NEED_TYPES.includes(need.type));
  check('meta.needs[].name', need.name, 'a name', isText(need.name));
}

function checkMethods(collector: Collector): void {
  const missing =
    METHODS.find((method) => typeof collector[method] !== 'function') ??
    OPTIONAL_METHODS.find(
      (method) => !['function', 'undefined'].includes(typeof collector[method]),
    );
  if (missing === undefined) return;
  throw createError('HFTMON_E_COLLECTOR_SHAPE', {
    collector: collector.meta.name,
    member: missing,
  });
}

function bad(collector: string, field: string, value: unknown, expected: string): Error {
  const shown = typeof value === 'string' ? `"${value}"` : String(value);
  return createError('HFTMON_E_COLLECTOR_META', { collector, field, value: shown, expected });
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
