import { createError } from '@hftmon/core';
import { validateLatencyOptions } from '@hftmon/latency';
import type { MonitorConfiguration } from './configuration.js';

/** How an option is checked: `undefined` when it is fine, else what it must be. */
type Check = (value: unknown) => string | undefined;

const CHECKS: Readonly<Record<keyof MonitorConfiguration, Check>> = {
  samplingIntervalUs: atLeastOne,
  cpuAffinity: (value) =>
    Array.isArray(value) && value.every((cpu) => Number.isInteger(cpu))
      ? undefined
      : 'a list of CPU numbers',
  realtimePriority: (value) => (Number.isInteger(value) ? undefined : 'a whole number, 0 to 99'),
  spikeThresholdUs: atLeastOne,
  spikeThresholds: (value) => (Array.isArray(value) ? undefined : 'a list of thresholds'),
  adaptiveSpikeThreshold: (value) =>
    typeof value === 'boolean' || (typeof value === 'object' && value !== null)
      ? undefined
      : 'true, false or an object of its options',
  maxSpikesPerSecond: (value) => (value === 0 ? undefined : atLeastOne(value)),
  spanBudgetUs: budgets,
  spanProbes: (value) => (Array.isArray(value) ? undefined : 'a list of probes'),
  stackTraces: trueOrFalse,
  confirmFalseSharing: trueOrFalse,
  sampleAccesses: trueOrFalse,
  resctrl: trueOrFalse,
  damon: trueOrFalse,
  delivery: (value) =>
    value === 'interval' || value === 'busy' ? undefined : "'interval' or 'busy'",
};

/**
 * Checks a change of the configuration, all of it before any is taken.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_PRIORITY_RANGE`
 */
export function validateConfiguration(change: Partial<MonitorConfiguration>): void {
  if (typeof change !== 'object' || change === null) {
    throw invalid('configuration', change, 'an object of options');
  }
  for (const [option, value] of Object.entries(change)) {
    const check = CHECKS[option as keyof MonitorConfiguration] as Check | undefined;
    const known = Object.keys(CHECKS).join(', ');
    if (check === undefined) throw invalid('configuration', option, `made of ${known}`);
    if (value === undefined) continue;
    const expected = check(value);
    if (expected !== undefined) throw invalid(option, value, expected);
  }
  validateLatencyOptions({
    thresholds: change.spikeThresholds ?? [],
    adaptive: change.adaptiveSpikeThreshold ?? false,
  });
  const priority = change.realtimePriority ?? 0;
  if (priority < 0 || priority > 99) {
    throw createError('HFTMON_E_PRIORITY_RANGE', { value: priority });
  }
}

function atLeastOne(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 1 && Number.isFinite(value)
    ? undefined
    : 'a number of at least 1';
}

function budgets(value: unknown): string | undefined {
  const all = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  const isBudget = (us: unknown): boolean => typeof us === 'number' && us >= 0 && us <= 3.6e9;
  return all.every(isBudget) ? undefined : 'a number of µs, or numbers by the names of spans';
}

function trueOrFalse(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false';
}

function invalid(option: string, value: unknown, expected: string): Error {
  const shown = typeof value === 'string' ? `"${value}"` : String(value);
  return createError('HFTMON_E_CONFIG_INVALID', { option, value: shown, expected });
}
