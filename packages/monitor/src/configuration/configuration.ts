import type { SpanProbe } from '@hftmon/core';
import type { SpanBudgetOption } from '@hftmon/latency';

import type { AdaptiveThreshold, ThreadThreshold } from '@hftmon/latency';

/** What `configure` sets. Everything applies from the next start of monitoring on. */
export interface MonitorConfiguration {
  /**
   * Shortest interval of sources that are polled, µs; at least 1. Kernel events are recorded one by
   * one, whatever this says. Hardware counters are read every 10 ms at most, since each read
   * interrupts the target's CPU; a cache collector of your own settings may go further.
   */
  readonly samplingIntervalUs: number;
  /**
   * CPUs for the monitor's own native thread. Empty: every online CPU that is not isolated, and
   * that no thread is pinned to of the processes attached at the start. CPUs that do not exist
   * are an error of `startMonitoring`.
   */
  readonly cpuAffinity: readonly number[];
  /** SCHED_FIFO priority of that thread, 1 to 99; 0: none. */
  readonly realtimePriority: number;
  /** Shortest stall that is a spike, µs. Queries may ask for longer ones alone. */
  readonly spikeThresholdUs: number;
  /** Thresholds of single threads; one by `tid` goes before one by `comm`, the first that fits. */
  readonly spikeThresholds: readonly ThreadThreshold[];
  /**
   * For threads without one of their own: k times the 99.9th percentile of their own stalls, once
   * enough of these were seen. Default false.
   */
  readonly adaptiveSpikeThreshold: AdaptiveThreshold | boolean;
  /**
   * Spikes told per second, 0 for no limit; further ones are counted, and told only if they are
   * longer than all told of that second.
   */
  readonly maxSpikesPerSecond: number;
  /**
   * Spans that took longer are told with their receipts, µs: one number for all names, or by name.
   * Default: none.
   */
  readonly spanBudgetUs: SpanBudgetOption;
  /**
   * Spans of programs that can't be changed: calls of functions, or from one static probe to
   * another. Each costs the program some microseconds. Default: none; with an empty list
   * `addSpanProbe` may add some while monitoring is active.
   */
  readonly spanProbes?: readonly SpanProbe[];
  /**
   * Take user and kernel stacks whenever a target leaves its CPU, so that queries can show them, and
   * those of who had the CPU meanwhile. By depth and caches, a switch then takes 6 to 28 µs, and not
   * 0.2 to 2 µs. Default false: queries that ask for stacks say why there are none.
   */
  readonly stackTraces: boolean;
  /**
   * Prove suspected false sharing with hardware watchpoints. Each hit stops the thread that made it
   * for some 10 µs; they are bounded. Default false.
   */
  readonly confirmFalseSharing: boolean;
  /**
   * Sample which memory the targets' accesses reach, by node, with PEBS, IBS or SPE. Each sample
   * interrupts the target for a moment. Default false.
   */
  readonly sampleAccesses: boolean;
  /**
   * Make a monitoring group of resctrl per target, to count its memory traffic. The groups are
   * removed at the stop, those of a killed monitor at the next start. Default false.
   */
  readonly resctrl: boolean;
  /**
   * Let DAMON look at a target's accessed bits, for its hot memory. It is left alone while anybody
   * else uses it, and taken down at the stop. Default false.
   */
  readonly damon: boolean;
  /**
   * `interval`: records reach JavaScript every 20 ms. `busy`: at once; keeps one CPU at 100 % and
   * the event loop of this process mostly for itself.
   */
  readonly delivery: 'interval' | 'busy';
}

/** Configuration of a new monitor. */
export const DEFAULT_CONFIGURATION: MonitorConfiguration = Object.freeze({
  samplingIntervalUs: 100,
  cpuAffinity: Object.freeze([]),
  realtimePriority: 0,
  spikeThresholdUs: 50,
  spikeThresholds: Object.freeze([]),
  adaptiveSpikeThreshold: false,
  maxSpikesPerSecond: 0,
  spanBudgetUs: Object.freeze({}),
  stackTraces: false,
  confirmFalseSharing: false,
  sampleAccesses: false,
  resctrl: false,
  damon: false,
  delivery: 'interval',
});
