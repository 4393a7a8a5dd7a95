import { createError } from '../errors/create-error.js';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const FORM = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/;

/**
 * Nanoseconds of a duration such as `10s`, `1.5s`, `500ms`, `50us`, `100ns`, `2m` or `1h`,
 * rounded to whole ns.
 * @throws ConfigurationError `HFTMON_E_DURATION_INVALID` for any other form, and when the result
 * is beyond what a double holds exactly
 */
export function parseDuration(text: string): number {
  const match = FORM.exec(text.trim());
  const ns = match === null ? NaN : Math.round(Number(match[1]) * (UNITS[match[2]!] as number));
  if (!Number.isSafeInteger(ns)) throw createError('HFTMON_E_DURATION_INVALID', { value: text });
  return ns;
}

const STEPS = [
  { unit: 'ns', ns: 1, below: 1e3 },
  { unit: 'us', ns: 1e3, below: 1e6 },
  { unit: 'ms', ns: 1e6, below: 1e9 },
  { unit: 's', ns: 1e9, below: 60e9 },
  { unit: 'm', ns: 60e9, below: 3600e9 },
  { unit: 'h', ns: 3600e9, below: Infinity },
] as const;

/**
 * A duration for people, up to four significant digits: `999ns`, `12.35us`, `1.5s`, `2m`.
 * `parseDuration` reads it back.
 * @param ns - nanoseconds, not negative
 */
export function formatDuration(ns: number): string {
  for (const step of STEPS) {
    const value = Number((ns / step.ns).toPrecision(4));
    if (value * step.ns < step.below) return `${value}${step.unit}`;
  }
  return `${ns}ns`;
}
