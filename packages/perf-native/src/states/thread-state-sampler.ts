import type { SessionHandle } from '../native/bindings.js';
import { checkPollerCall, toNativePoller } from '../native/poller-bindings.js';
import {
  threadSamplerLibrary,
  type ThreadSamplerHandle,
} from '../native/thread-sampler-bindings.js';
import { pollerClock } from '../poller/clock-source.js';
import { checkPoller, checkRange, type PollerOptions } from '../poller/options.js';
import { PollerThread } from '../poller/poller-thread.js';
import { refuseCpu, type PollerRoots } from '../poller/refuse-cpu.js';
import { hasEnded, readPollerStats, type PollerStats } from '../poller/stats.js';
import { LEAST_INTERVAL_NS } from '../noise/noise-probe.js';
import { MOST_SAMPLED_THREADS, THREAD_SAMPLER_MEMORY } from './layout.js';
import { readSampledThreads, type SampledThread } from './sampled-thread.js';

export interface ThreadStateSamplerOptions extends PollerOptions {
  /** Threads that the session follows; 1 to 64. */
  readonly tids: readonly number[];
  /** Time between two samples, ns; at least 1000, which is 1 MHz. Default 1000. */
  readonly intervalNs?: number;
}

const SECOND_NS = 1e9;

/**
 * Samples the states of followed threads up to a million times a second: a native thread on a CPU
 * of its own reads the table that the probes keep. The threads themselves notice nothing but that
 * the cache lines of their entries are shared with the sampler's CPU.
 */
export class ThreadStateSampler implements Disposable {
  readonly intervalNs: number;
  readonly #thread: PollerThread;
  readonly #stats: Uint32Array;
  readonly #threads: Uint32Array;
  #last: { readonly stats: PollerStats; readonly threads: SampledThread[] } | undefined;

  /**
   * Checks the CPU and maps the memory; nothing runs yet.
   * @throws ConfigurationError as the constructor of `NoiseProbe`
   * @throws ProcessNotFoundError `HFTMON_E_THREAD_NOT_FOUND` for a thread that is not followed
   */
  constructor(session: SessionHandle, options: ThreadStateSamplerOptions, roots: PollerRoots) {
    const { tids, intervalNs = LEAST_INTERVAL_NS } = options;
    checkPoller(options);
    checkRange('intervalNs', intervalNs, LEAST_INTERVAL_NS, SECOND_NS);
    checkRange('tids.length', tids.length, 1, MOST_SAMPLED_THREADS);
    refuseCpu(options, roots);
    this.intervalNs = Math.round(intervalNs);
    const poller = toNativePoller(options, intervalNs, 0n, pollerClock(roots.sysRoot));
    const native = { poller, tids: Uint32Array.from(tids), count: tids.length, reserved: 0 };
    const library = threadSamplerLibrary();
    const out: ThreadSamplerHandle[] = [null];
    checkPollerCall('preparing the thread sampler', library.open(session, native, out), tids[0]);
    this.#thread = new PollerThread(library, out[0], 'thread sampler');
    this.#stats = new Uint32Array(this.#thread.memory(THREAD_SAMPLER_MEMORY.stats));
    this.#threads = new Uint32Array(this.#thread.memory(THREAD_SAMPLER_MEMORY.threads));
  }

  /**
   * Starts the sampler, once.
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
  stats(): PollerStats {
    return this.#last?.stats ?? readPollerStats(this.#stats);
  }

  /** What it saw so far, in the order of `tids`. */
  threads(): SampledThread[] {
    return this.#last?.threads ?? readSampledThreads(this.#threads);
  }

  /** Ends it at once. Idempotent. */
  stop(): void {
    this.#thread.stop();
  }

  /** Stops, and frees everything; what it saw can still be asked for. Idempotent. */
  close(): void {
    if (this.#thread.isClosed) return;
    this.stop();
    this.#last = { stats: this.stats(), threads: this.threads() };
    this.#thread.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
