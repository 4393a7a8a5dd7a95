import { formatCount } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';

/** The part of a distribution that is shown. */
interface Distribution {
  readonly count: number;
  readonly min?: number;
  readonly max?: number;
  readonly percentiles: readonly { readonly percent: number; readonly value?: number }[];
}

/** Value of a metric for people. */
export function metricText(value: unknown, unit: string): string {
  if (typeof value === 'number') return numberText(value, unit);
  if (isDistribution(value)) return distributionText(value, unit);
  return JSON.stringify(value) ?? '-';
}

function numberText(value: number, unit: string): string {
  return unit === 'ns' ? shortDuration(value) : plainNumber(value);
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

function isDistribution(value: unknown): value is Distribution {
  return typeof value === 'object' && value !== null && 'percentiles' in value && 'count' in value;
}

function distributionText({ count, min, max, percentiles }: Distribution, unit: string): string {
  if (count === 0) return 'none';
  const shown = percentiles.map(({ percent, value }) => ({ name: `p${percent}`, value }));
  return [{ name: 'min', value: min }, ...shown, { name: 'max', value: max }]
    .filter(({ value }) => value !== undefined)
    .map(({ name, value }) => `${name} ${numberText(value!, unit)}`)
    .concat(`of ${formatCount(count)}`)
    .join(', ');
}
