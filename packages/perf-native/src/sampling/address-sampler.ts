import { createError, type Refusal } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { callFailure, toRefusal } from '../native/call-failure.js';
import {
  samplesLibrary,
  type SamplesHandle,
  type SamplesLibrary,
} from '../native/samples-bindings.js';
import { SAMPLES } from './layout.js';
import { SampleBatch } from './sample-batch.js';
import { checkSamplerOptions, type SamplerOptions } from './sampler-options.js';
import { readSamplerStats, type SamplerStats } from './sampler-stats.js';
import { toNative, type SamplingEvent } from './sampling-event.js';

/**
 * Samples threads of other processes. Each followed thread has perf events with a ring; a native
 * thread looks at the rings by time, so the target never wakes the monitor. Nothing outlives
 * this process, nor the worker that made the sampler.
 *
 * ```ts
 * while (sampler.poll() > 0) {
 *   for (let i = 0; i < sampler.batch.count; i++) count(sampler.batch.tid(i), sampler.batch.ip(i));
 * }
 * ```
 */
export class AddressSampler implements Disposable {
  readonly events: readonly SamplingEvent[];
  /** The samples that the last `poll` found. */
  readonly batch: SampleBatch;
  readonly #library: SamplesLibrary = samplesLibrary();
  readonly #header: Uint32Array;
  readonly #slots: number;
  #handle: SamplesHandle | undefined;

  /**
   * Maps the memory and starts the native thread; no event is open yet.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_SAMPLE_RATE`
   * @throws MonitorError `HFTMON_E_NATIVE_CALL` and those of the native library
   */
  constructor(options: SamplerOptions) {
    const checked = checkSamplerOptions(options);
    this.events = options.events;
    const out: SamplesHandle[] = [null];
    const result = this.#library.open(
      {
        slots: checked.slots,
        ring_pages: checked.ringPages,
        poll_ns: checked.pollIntervalNs,
        epoch_ns: checked.epochNs,
        events: options.events.map(toNative),
        event_count: options.events.length,
        affinity_count: checked.cpuAffinity.length,
        affinity: Uint32Array.from(checked.cpuAffinity),
      },
      out,
    );
    this.#check('starting the sampler', result);
    this.#handle = out[0];
    const memory = this.#view();
    this.#header = new Uint32Array(memory, 0, SAMPLES.headerBytes >>> 2);
    this.#slots = this.#header[SAMPLES.slots >>> 2] as number;
    const slotBytes = this.#header[SAMPLES.slotBytes >>> 2] as number;
    this.batch = new SampleBatch(memory, SAMPLES.headerBytes, slotBytes);
    openSamplers.add(this);
  }

  /**
   * Samples a thread from now on, until it ends or is unfollowed. Once more is no error.
   * @returns why not, when it can't: `HFTMON_E_THREAD_NOT_FOUND`, `HFTMON_E_NOT_PERMITTED`,
   *   `HFTMON_E_FILES_EXHAUSTED`, `HFTMON_E_LOCKED_MEMORY`, `HFTMON_E_UNSUPPORTED`
   */
  follow(tid: number): Refusal | undefined {
    const result = this.#library.follow(this.#live(), tid);
    if (result >= 0) return undefined;
    const detail = nativeLibrary().lastError();
    return toRefusal(callFailure(result, `sampling thread ${tid}`, detail, tid));
  }

  /** No more samples of a thread. Those taken can still be read. */
  unfollow(tid: number): void {
    this.#library.unfollow(this.#live(), tid);
  }

  /**
   * Makes what the kernel has taken so far readable at once. Interrupts the threads that SPE
   * samples: their CPUs hold some of it still.
   */
  flush(): void {
    this.#library.flush(this.#live());
  }

  /**
   * Gives the last batch back and makes `batch` the samples after it. Allocates nothing.
   * @returns their number, 0 when there are none yet. Samples of one thread are in the order of
   *   time; those of several are not. 0 after `close`
   */
  poll(): number {
    if (this.#handle === undefined) return 0; // the memory is gone
    const { batch } = this;
    const tail = (Atomics.load(this.#header, SAMPLES.tail >>> 2) + batch.count) >>> 0;
    Atomics.store(this.#header, SAMPLES.tail >>> 2, tail);
    const ready = (Atomics.load(this.#header, SAMPLES.head >>> 2) - tail) >>> 0;
    const first = tail & (this.#slots - 1);
    batch.point(first, Math.min(ready, this.#slots - first));
    return batch.count;
  }

  /** Counts so far. */
  stats(): SamplerStats {
    this.#live();
    return readSamplerStats(this.#header);
  }

  /** Unfollows every thread and ends the native thread; what was taken can still be read. */
  stop(): void {
    if (this.#handle !== undefined) this.#library.stop(this.#handle);
  }

  /** Frees everything; `batch` must not be used any more. Idempotent. */
  close(): void {
    if (this.#handle === undefined) return;
    openSamplers.delete(this);
    this.batch.point(0, 0);
    this.#library.close(this.#handle);
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #view(): ArrayBuffer {
    const address = new BigUint64Array(1);
    const bytes = new BigUint64Array(1);
    this.#library.memory(this.#live(), address, bytes);
    return this.#library.view(address[0] as bigint, Number(bytes[0]));
  }

  #live(): SamplesHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw createError('HFTMON_E_SESSION_STATE', { operation: 'use', state: 'closed' });
  }

  #check(operation: string, result: number): void {
    if (result >= 0) return;
    const { code, facts } = callFailure(result, operation, nativeLibrary().lastError(), 0);
    throw createError(code, facts);
  }
}

/** Samplers that nobody has closed yet; their thread must be joined before the process ends. */
const openSamplers = new Set<AddressSampler>();

process.on('exit', () => {
  for (const sampler of openSamplers) sampler.stop();
});
