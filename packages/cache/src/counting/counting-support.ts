import { isMonitorError, refusalOf, type ProbeEnvironment, type Support } from '@hftmon/core';
import { nativePmuKernel, planCounters, resolvePmu } from '@hftmon/perf-native';
import { CACHE_FIELD_NAMES, DEFAULT_METRICS, type CacheField } from './cache-field.js';
import { Columns } from './columns.js';
import { fieldFormulas } from './field-formula.js';
import type { CountingOptions } from './types.js';

/**
 * Support of each field on a host, before anything is counted. Tries the events for a moment on a
 * thread of its own; nothing stays, and it never throws.
 */
export function countingSupport(
  env: ProbeEnvironment,
  options: CountingOptions = {},
): ReadonlyMap<CacheField, Support> {
  try {
    const kernel = nativePmuKernel(env.sysRoot);
    const resolution = resolvePmu(env, kernel);
    const wanted = options.counterMetrics ?? DEFAULT_METRICS;
    const plan = planCounters(resolution, wanted, kernel);
    const formulas = fieldFormulas(plan.metrics, new Columns(plan));
    return new Map([...formulas].map(([field, { support }]) => [field, support]));
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    // The native library is missing or of another version.
    const refusal = refusalOf(error);
    return new Map(CACHE_FIELD_NAMES.map((field) => [field, refusal]));
  }
}
