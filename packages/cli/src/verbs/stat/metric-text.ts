import { formatCount } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';

/** The part of a distribution that is shown. */
interface Distribution {
  readonly count: number;
  readonly minNs?: number;
  readonly maxNs?: number;
  readonly percentiles: readonly { readonly percent: number; readonly value?: number }[];
}

/** Value of a metric for people. */
export function metricText(value: unknown, unit: string): string {
  if (typeof value === 'number') return unit === 'ns' ? shortDuration(value) : plainNumber(value);
  if (isDistribution(value)) return distributionText(value);
  return JSON.stringify(value) ?? '-';
}

function plainNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
}

function isDistribution(value: unknown): value is Distribution {
  return typeof value === 'object' && value !== null && 'percentiles' in value && 'count' in value;
}

function distributionText({ count, minNs, maxNs, percentiles }: Distribution): string {
  if (count === 0) return 'none';
  const shown = percentiles.map(({ percent, value }) => ({ name: `p${percent}`, ns: value }));
  return [{ name: 'min', ns: minNs }, ...shown, { name: 'max', ns: maxNs }]
    .filter(({ ns }) => ns !== undefined)
    .map(({ name, ns }) => `${name} ${shortDuration(ns!)}`)
    .concat(`of ${formatCount(count)}`)
    .join(', ');
}
