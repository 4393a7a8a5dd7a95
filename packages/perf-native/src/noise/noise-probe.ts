import { SpscReader, type LogLinearHistogram, type RecordBatch } from '@hftmon/core';
import { noiseLibrary, type NoiseHandle } from '../native/noise-bindings.js';
import { checkPollerCall, toNativePoller } from '../native/poller-bindings.js';
import { pollerClock, type PollerClock } from '../poller/clock-source.js';
import { checkPoller, checkRange, type PollerOptions } from '../poller/options.js';
import { PollerThread } from '../poller/poller-thread.js';
import { readHistogram } from '../poller/read-histogram.js';
import { refuseCpu, type PollerRoots } from '../poller/refuse-cpu.js';
import { hasEnded } from '../poller/stats.js';
import { NOISE_MEMORY } from './layout.js';
import { readNoiseStats, type NoiseStats } from './noise-stats.js';

export interface NoiseProbeOptions extends PollerOptions {
  /**
   * Time between two slots, ns; at least 1000, which is 1 MHz. Default 1000. 0: no slots, the clock
   * is only read as often as it can be.
   */
  readonly intervalNs?: number;
  /** Shortest time between two readings that is a gap, ns; at least 100. Default 1000. */
  readonly thresholdNs?: number;
  /** CLOCK_MONOTONIC ns of time 0 of the gaps. */
  readonly epochNs: bigint;
  /** Gaps kept until they are read, a power of two. Default 16384. */
  readonly gapRecords?: number;
}

/** Shortest interval, ns: 1 MHz. */
export const LEAST_INTERVAL_NS = 1000;
const LEAST_THRESHOLD_NS = 100;
const SECOND_NS = 1e9;

/**
 * Keeps one CPU busy with reading its clock, and tells when it could not: a native thread, bounded
 * in time and watched by a second one. Nothing of it runs in JavaScript.
 */
export class NoiseProbe implements Disposable {
  readonly intervalNs: number;
  readonly thresholdNs: number;
  readonly clock: PollerClock;
  readonly #thread: PollerThread;
  readonly #gaps: SpscReader;
  readonly #stats: Uint32Array;
  readonly #histogram: Uint32Array;
  #last:
    | {
        readonly stats: NoiseStats;
        readonly histogram: LogLinearHistogram;
        readonly refused: number;
      }
    | undefined;

  /**
   * Checks the CPU and maps the memory; nothing runs yet.
   * @throws ConfigurationError `HFTMON_E_CPU_NOT_FOUND`, `HFTMON_E_CPU_NEEDED`,
   *   `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_PRIORITY_RANGE`
   */
  constructor(
    options: NoiseProbeOptions,
    roots: PollerRoots = { procRoot: '/proc', sysRoot: '/sys' },
  ) {
    const { intervalNs = LEAST_INTERVAL_NS, thresholdNs = 1000, gapRecords = 16_384 } = options;
    checkPoller(options);
    if (intervalNs !== 0) checkRange('intervalNs', intervalNs, LEAST_INTERVAL_NS, SECOND_NS);
    checkRange('thresholdNs', thresholdNs, LEAST_THRESHOLD_NS, SECOND_NS);
    refuseCpu(options, roots);
    this.intervalNs = Math.round(intervalNs);
    this.thresholdNs = Math.round(thresholdNs);
    this.clock = pollerClock(roots.sysRoot);
    const library = noiseLibrary();
    const out: NoiseHandle[] = [null];
    const poller = toNativePoller(options, intervalNs, options.epochNs, this.clock);
    const native = { poller, threshold_ns: this.thresholdNs, gap_records: gapRecords, reserved: 0 };
    checkPollerCall('preparing the noise probe', library.open(native, out));
    this.#thread = new PollerThread(library, out[0], 'noise probe');
    const buffer = this.#thread.memory(NOISE_MEMORY.gaps);
    const capacity = gapRecords;
    this.#gaps = new SpscReader({ buffer, byteOffset: 0, capacity }, Math.min(256, capacity));
    this.#stats = new Uint32Array(this.#thread.memory(NOISE_MEMORY.stats));
    this.#histogram = new Uint32Array(this.#thread.memory(NOISE_MEMORY.histogram));
  }

  /**
   * Starts the probe, once.
   * @throws PermissionError `HFTMON_E_NOT_PERMITTED` when it may not have the priority
   */
  start(): void {
    this.#thread.start();
  }

  /** Has it ended, by itself or not? Allocates nothing. */
  get ended(): boolean {
    return this.#last !== undefined || hasEnded(this.#stats);
  }

  /** What it did so far; after `close` what it had done until then. */
  stats(): NoiseStats {
    return this.#last?.stats ?? readNoiseStats(this.#stats);
  }

  /** Lateness of the samples, or without slots the times between two readings, ns. */
  histogram(): LogLinearHistogram {
    return this.#last?.histogram ?? readHistogram(this.#histogram);
  }

  /**
   * Takes the next GAP records, in the order of time. Allocates nothing.
   * @returns overwritten by the next call; empty when there are no more, and after `close`
   */
  pollGaps(): RecordBatch {
    if (!this.#thread.isClosed) this.#gaps.poll();
    return this.#gaps.batch;
  }

  /** Gaps that it had no room to keep, since nobody had taken the earlier ones. */
  get refusedGaps(): number {
    return this.#last?.refused ?? this.#gaps.refused;
  }

  /** Ends it at once; gaps stay readable. Idempotent. */
  stop(): void {
    this.#thread.stop();
  }

  /** Stops, and frees everything; gaps that were not taken are gone. Idempotent. */
  close(): void {
    if (this.#thread.isClosed) return;
    this.stop();
    this.#last = { stats: this.stats(), histogram: this.histogram(), refused: this.refusedGaps };
    this.#gaps.batch.count = 0;
    this.#thread.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
