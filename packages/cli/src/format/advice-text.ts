import type { Recommendation } from '@hftmon/monitor';
import { shortDuration } from './short-duration.js';

/** A recommendation with its evidence, for people. */
export function adviceText(advice: Recommendation): string[] {
  const { summary, evidence, expectedEffect, command, bootParameters, call, undo, caution } =
    advice;
  const optional: readonly (readonly [string, string | undefined])[] = [
    ['do', command],
    ['boot with', bootParameters],
    ['do', call],
    ['undo', undo],
    ['mind', caution],
  ];
  return [
    `  advice: ${summary}`,
    ...evidence.map(
      ({ what, value, unit, source }) => `    ${what}: ${valueText(value, unit)} (${source})`,
    ),
    `    expect: ${expectedEffect}`,
    ...optional.flatMap(([word, text]) => (text === undefined ? [] : [`    ${word}: ${text}`])),
  ];
}

function valueText(value: number | string, unit: string | undefined): string {
  if (unit === 'ns' && typeof value === 'number') return shortDuration(value);
  return unit === undefined ? `${value}` : `${value} ${unit}`;
}
