import { createError } from '@hftmon/core';

/** Options of the collector. */
export interface LatencyOptions {
  /** Shortest sum of stalls that is a spike, us. Default 50. */
  readonly thresholdUs?: number;
  /** Interferences closer together than that form one spike, us. Default a tenth of the threshold, from 1 to 10. */
  readonly mergeGapUs?: number;
  /**
   * How long to wait, beyond the merge gap, for records that other CPUs deliver late, us.
   * Default 100. What comes later still is joined by superseding the spike.
   */
  readonly settleUs?: number;
  /**
   * Report a spike with the record that makes it one, and again, superseding the first, if it
   * goes on. For `busy` delivery. Default false.
   */
  readonly eager?: boolean;
  /** Observe long system calls. Default true. */
  readonly syscalls?: boolean;
  /** Observe page faults. Default true. */
  readonly faults?: boolean;
  /** Spikes kept for queries; the oldest goes first. Default 4096. */
  readonly maxSpikes?: number;
}

/** The same with defaults, in ns. */
export interface ResolvedOptions {
  readonly thresholdNs: number;
  readonly mergeGapNs: number;
  readonly settleNs: number;
  readonly eager: boolean;
  readonly syscalls: boolean;
  readonly faults: boolean;
  readonly maxSpikes: number;
}

const US = 1000;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function resolveOptions(options: LatencyOptions): ResolvedOptions {
  const { thresholdUs = 50, settleUs = 100, maxSpikes = 4096 } = options;
  check('thresholdUs', thresholdUs, 0.1, 3.6e9);
  const { mergeGapUs = Math.min(10, Math.max(1, thresholdUs / 10)) } = options;
  check('mergeGapUs', mergeGapUs, 0, 1e6);
  check('settleUs', settleUs, 0, 1e6);
  check('maxSpikes', maxSpikes, 1, 1e6);
  return {
    thresholdNs: Math.round(thresholdUs * US),
    mergeGapNs: Math.round(mergeGapUs * US),
    settleNs: Math.round(settleUs * US),
    eager: options.eager === true,
    syscalls: options.syscalls !== false,
    faults: options.faults !== false,
    maxSpikes: Math.floor(maxSpikes),
  };
}

function check(option: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  const expected = `a number from ${low} to ${high}`;
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value: String(value), expected });
}
