import { createError, type SpanProbe } from '@hftmon/core';
import { isFunctionProbe } from './find-places.js';

const USDT = /^[^:\s]+:[^:\s]+$/;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkProbes(probes: readonly SpanProbe[]): void {
  const names = new Set<string>();
  for (const probe of probes) {
    checkProbe(probe);
    if (names.has(probe.name)) throw invalid('name', probe.name, 'a name that no other span has');
    names.add(probe.name);
  }
}

function checkProbe(probe: SpanProbe): void {
  if (probe.name === '') throw invalid('name', '""', 'a name');
  if (isFunctionProbe(probe)) {
    if (probe.binary === '') throw invalid('binary', '""', 'a program or library');
    if (probe.function === '') throw invalid('function', '""', 'a function');
    if (probe.until === '') throw invalid('until', '""', 'a function');
    return;
  }
  for (const edge of ['begin', 'end'] as const) {
    const value = probe.usdt[edge];
    if (!USDT.test(value)) throw invalid(`usdt.${edge}`, value, 'provider:name');
  }
}

function invalid(field: string, value: string, expected: string) {
  return createError('HFTMON_E_CONFIG_INVALID', {
    option: `spanProbes.${field}`,
    value,
    expected,
  });
}
