import { createError } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { callFailure } from '../native/call-failure.js';
import {
  countersLibrary,
  type CountersHandle,
  type CountersLibrary,
} from '../native/counters-bindings.js';
import { readU64At } from '../source/shared-memory.js';
import { CounterCursor } from './counter-cursor.js';
import { toNativeEvents, type CounterGroup } from './counter-group.js';
import { readCounterStats, type CounterStats } from './counter-stats.js';
import { COUNTERS_MEMORY, COUNTER_STATS } from './layout.js';
import { UncountedThreads, type Uncounted } from './uncounted-threads.js';

export interface CounterSamplerOptions {
  /** What to count of every thread; up to 4 groups of up to 16 events. */
  readonly groups: readonly CounterGroup[];
  /** Shortest time between two samples of a thread, us; at least 10. */
  readonly intervalUs: number;
  /** CLOCK_MONOTONIC ns of time 0. */
  readonly epochNs: bigint;
  /** Count user space alone; without CAP_PERFMON that is all perf_event_paranoid 2 allows. */
  readonly excludeKernel?: boolean;
  /** Threads that can be counted at a time. Default 8192. */
  readonly maxThreads?: number;
  /** Samples kept until they are read, a power of two. Default 16384. */
  readonly records?: number;
  /** CPUs of the sampler thread. Default: as inherited. */
  readonly cpuAffinity?: readonly number[];
}

/** Below this a read from another CPU would disturb the target too often. */
const ON_CORE_BELOW_US = 1000;
/** Shortest period of a software clock event (kernel/events/core.c). */
const SHORTEST_US = 10;
const LONGEST_US = 60_000_000;

const ESRCH = -3;

/**
 * Counts perf events of threads. Each followed thread has one pinned group per core PMU, never
 * multiplexed. From 1 ms up a native thread reads each group once per interval, which interrupts
 * the CPU of a running thread once; below, a clock of the thread itself captures the group on its
 * own core, so no other CPU is involved. Nothing outlives this process.
 *
 * ```ts
 * while (sampler.cursor.next()) use(sampler.cursor.tid, sampler.cursor.value(0));
 * ```
 */
export class CounterSampler implements Disposable {
  readonly groups: readonly CounterGroup[];
  /** Samples as they come in; a thread's values are totals since it was followed. */
  readonly cursor: CounterCursor;
  /** Are groups captured on the core of the thread, rather than read from elsewhere? */
  readonly onCore: boolean;
  readonly #library: CountersLibrary = countersLibrary();
  readonly #stats: Uint32Array;
  readonly #slots = new Map<number, number>();
  readonly #uncounted: UncountedThreads;
  #handle: CountersHandle | undefined;
  #lastStats: CounterStats | undefined;

  /**
   * Maps the memory; nothing is counted yet. Raises the soft limit of open files to the hard one
   * until it is closed.
   * @throws ConfigurationError HFTMON_E_CONFIG_INVALID
   * @throws MonitorError HFTMON_E_NATIVE_CALL and those of the native library
   */
  constructor(options: CounterSamplerOptions) {
    const { groups, intervalUs, maxThreads = 8192, records = 16_384, cpuAffinity = [] } = options;
    if (!(intervalUs >= SHORTEST_US && intervalUs <= LONGEST_US)) {
      const expected = `${SHORTEST_US} to ${LONGEST_US}`;
      throw createError('HFTMON_E_CONFIG_INVALID', {
        option: 'counterIntervalUs',
        value: intervalUs,
        expected,
      });
    }
    this.groups = groups;
    this.onCore = intervalUs < ON_CORE_BELOW_US;
    this.#uncounted = new UncountedThreads(maxThreads);
    const events = toNativeEvents(groups);
    const out: CountersHandle[] = [null];
    const result = this.#library.open(
      {
        events,
        event_count: events.length,
        max_threads: maxThreads,
        records,
        exclude_kernel: options.excludeKernel === true ? 1 : 0,
        on_core: this.onCore ? 1 : 0,
        interval_ns: Math.round(intervalUs * 1000),
        epoch_ns: options.epochNs,
        affinity: cpuAffinity.length > 0 ? Uint32Array.from(cpuAffinity) : null,
        affinity_count: cpuAffinity.length,
      },
      out,
    );
    this.#check('preparing the counters', result);
    this.#handle = out[0];
    openSamplers.add(this);
    this.cursor = new CounterCursor(this.#memory(COUNTERS_MEMORY.ring));
    this.#stats = new Uint32Array(this.#memory(COUNTERS_MEMORY.stats));
  }

  /** Starts the sampler thread. @throws MonitorError HFTMON_E_NATIVE_CALL */
  start(): void {
    this.#check('starting the counter sampler', this.#library.start(this.#live()));
  }

  /** Joins the sampler thread; threads are counted on, and samples stay readable. Idempotent. */
  stop(): void {
    if (this.#handle !== undefined) this.#library.stop(this.#handle);
  }

  /**
   * Counts a thread from now on.
   * @returns false when it is not counted: it has ended, or see `uncounted`
   */
  follow(tid: number): boolean {
    if (this.#slots.has(tid)) return true;
    const result = this.#library.follow(this.#live(), tid);
    if (result >= 0) {
      this.#slots.set(tid, result);
      this.#uncounted.delete(tid);
      return true;
    }
    if (result === ESRCH) this.#uncounted.delete(tid);
    else this.#uncounted.add(tid, result, nativeLibrary().lastError());
    return false;
  }

  /** Takes the last sample of a thread, exact even if it has ended, and lets go of it. */
  unfollow(tid: number): void {
    this.#uncounted.delete(tid);
    const slot = this.#slots.get(tid);
    if (slot === undefined) return;
    this.#slots.delete(tid);
    this.#check('letting go of a thread', this.#library.unfollow(this.#live(), slot));
    const waiting = this.#uncounted.waiting();
    if (waiting !== undefined) this.follow(waiting);
  }

  /** Takes a sample of every thread now; the cursor finds it. */
  flush(): void {
    this.#library.flush(this.#live());
  }

  /** Threads that are counted. */
  get counted(): number {
    return this.#slots.size;
  }

  /** Threads that should be counted and are not, by reason. */
  uncounted(): Uncounted[] {
    return this.#uncounted.list();
  }

  /** Samples that were not written because the cursor lagged behind; as in `stats`. */
  get refused(): number {
    return this.#lastStats?.refused ?? readU64At(this.#stats, COUNTER_STATS.refused);
  }

  /** What the sampler did so far; after `close` what it had done until then. */
  stats(): CounterStats {
    return this.#lastStats ?? readCounterStats(this.#stats);
  }

  /** Stops, and closes all events. The cursor finds no more samples. Idempotent. */
  close(): void {
    if (this.#handle === undefined) return;
    this.stop();
    this.#lastStats = this.stats();
    openSamplers.delete(this);
    this.cursor.detach();
    this.#library.close(this.#handle);
    this.#handle = undefined;
    this.#slots.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #live(): CountersHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw createError('HFTMON_E_SESSION_STATE', { operation: 'use', state: 'closed' });
  }

  #memory(which: number): ArrayBuffer {
    const address = new BigUint64Array(1);
    const bytes = new BigUint64Array(1);
    this.#check('counter memory', this.#library.memory(this.#live(), which, address, bytes));
    return this.#library.view(address[0]!, Number(bytes[0]));
  }

  #check(operation: string, result: number): void {
    if (result >= 0) return;
    const { code, facts } = callFailure(result, operation, nativeLibrary().lastError(), 0);
    throw createError(code, facts);
  }
}

/** At exit the sampler threads must be joined before the process tears its memory down. */
const openSamplers = new Set<CounterSampler>();

process.on('exit', () => {
  for (const sampler of openSamplers) sampler.stop();
});
