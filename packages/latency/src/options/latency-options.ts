import { checkNumber } from './check-number.js';
import { SpanBudgets, type SpanBudgetOption } from './span-budgets.js';
import {
  LEAST_THRESHOLD_US,
  MOST_THRESHOLD_US,
  resolveAdaptation,
  resolveThresholds,
  type AdaptiveThreshold,
  type NameThreshold,
  type ResolvedAdaptation,
  type ThreadThreshold,
} from './threshold-options.js';

/** Options of the collector. */
export interface LatencyOptions {
  /** Shortest sum of stalls that is a spike, us. Default 50. */
  readonly thresholdUs?: number;
  /** Thresholds of single threads; one by tid goes before one by name, the first name that fits holds. */
  readonly thresholds?: readonly ThreadThreshold[];
  /** For threads without a threshold of their own: k times their 99.9th percentile. Default false. */
  readonly adaptive?: AdaptiveThreshold | boolean;
  /**
   * Spikes told per second; of those beyond, which are counted, only one longer than all told of
   * that second. Default: no limit.
   */
  readonly maxSpikesPerSecond?: number;
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
  /**
   * Observe the runtime of targets that run V8, such as Node: garbage collections, for which probes
   * are put into their code, and with `spans` and `syscalls` the turns of event loops. Default true.
   */
  readonly runtimes?: boolean;
  /** Spikes kept for queries; the oldest goes first. Default 4096. */
  readonly maxSpikes?: number;
  /** Read the spans that the target marks. Default true. */
  readonly spans?: boolean;
  /**
   * Spans over that are told with their receipts, us: for all names, or by name. Default: none;
   * the slowest of each name are kept in any case. Turns of event loops have one by name alone,
   * else 10 ms.
   */
  readonly spanBudgetUs?: SpanBudgetOption;
}

/** The same with defaults, in ns. */
export interface ResolvedOptions {
  readonly thresholdNs: number;
  readonly byName: readonly NameThreshold[];
  readonly byTid: ReadonlyMap<number, number>;
  readonly adaptation: ResolvedAdaptation | undefined;
  readonly maxSpikesPerSecond: number;
  readonly mergeGapNs: number;
  readonly settleNs: number;
  readonly eager: boolean;
  readonly syscalls: boolean;
  readonly faults: boolean;
  readonly runtimes: boolean;
  readonly maxSpikes: number;
  readonly spans: boolean;
  readonly spanBudgets: SpanBudgets;
}

const US = 1000;

/** Checks options without making a collector. @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function validateLatencyOptions(options: LatencyOptions): void {
  resolveOptions(options);
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function resolveOptions(options: LatencyOptions): ResolvedOptions {
  const { thresholdUs = 50, settleUs = 100, maxSpikes = 4096 } = options;
  checkNumber('thresholdUs', thresholdUs, LEAST_THRESHOLD_US, MOST_THRESHOLD_US);
  const { mergeGapUs = Math.min(10, Math.max(1, thresholdUs / 10)) } = options;
  checkNumber('mergeGapUs', mergeGapUs, 0, 1e6);
  checkNumber('settleUs', settleUs, 0, 1e6);
  checkNumber('maxSpikes', maxSpikes, 1, 1e6);
  const { maxSpikesPerSecond = Infinity } = options;
  checkNumber('maxSpikesPerSecond', maxSpikesPerSecond, 1, Infinity);
  return {
    thresholdNs: Math.round(thresholdUs * US),
    ...resolveThresholds(options.thresholds ?? []),
    adaptation: resolveAdaptation(options.adaptive ?? false),
    maxSpikesPerSecond,
    mergeGapNs: Math.round(mergeGapUs * US),
    settleNs: Math.round(settleUs * US),
    eager: options.eager === true,
    syscalls: options.syscalls !== false,
    faults: options.faults !== false,
    runtimes: options.runtimes !== false,
    maxSpikes: Math.floor(maxSpikes),
    spans: options.spans !== false,
    spanBudgets: new SpanBudgets(options.spanBudgetUs),
  };
}
