import { createError, type Refusal } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { callFailure, toRefusal } from '../native/call-failure.js';
import { watchLibrary, type WatchHandle, type WatchLibrary } from '../native/watch-bindings.js';
import { MOST_HITS, WATCH_ACCESS, type WatchedPlace, type WatchpointHit } from './watch-access.js';

/** `struct hftmon_watch_hit`. */
const HIT_BYTES = 24;

/** A watchpoint, or why there is none. */
export type OpenedWatchpoint = { readonly ok: true; readonly watchpoint: Watchpoint } | Refusal;

/**
 * A hardware watchpoint on a thread of another process. A hit costs that thread some 10 us, and
 * the kernel does not throttle hits: a watchpoint is only ever armed for a number of them, after
 * which the kernel itself takes it off the debug registers. It does not outlive this process, nor
 * the worker that opened it.
 */
export class Watchpoint implements Disposable {
  readonly tid: number;
  readonly #library: WatchLibrary = watchLibrary();
  #handle: WatchHandle | undefined;
  #place: WatchedPlace;

  private constructor(tid: number, place: WatchedPlace, handle: WatchHandle) {
    this.tid = tid;
    this.#place = place;
    this.#handle = handle;
  }

  /**
   * Reserves a debug register of a thread; nothing is watched until `arm`.
   * @param epochNs - CLOCK_MONOTONIC of time 0 of the hits, ns
   * @returns the watchpoint, or why there is none: `HFTMON_E_DEBUG_REGISTERS`,
   *   `HFTMON_E_THREAD_NOT_FOUND`, `HFTMON_E_NOT_PERMITTED`, `HFTMON_E_FILES_EXHAUSTED`,
   *   `HFTMON_E_LOCKED_MEMORY`, `HFTMON_E_UNSUPPORTED`
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a place that can't be watched
   */
  static open(tid: number, place: WatchedPlace, epochNs = 0n): OpenedWatchpoint {
    checkTid(tid);
    checkPlace(place);
    const out: WatchHandle[] = [null];
    const access = WATCH_ACCESS[place.access];
    const result = watchLibrary().open(tid, place.address, place.length, access, epochNs, out);
    if (result >= 0) return { ok: true, watchpoint: new Watchpoint(tid, place, out[0]) };
    const detail = nativeLibrary().lastError();
    return toRefusal(callFailure(result, `watching memory of thread ${tid}`, detail, tid));
  }

  /** What is watched. */
  get place(): WatchedPlace {
    return this.#place;
  }

  /**
   * Watches for that many more hits, whatever was left of an earlier arming.
   * @param hits - 1 to 400
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  arm(hits: number): void {
    if (!Number.isInteger(hits) || hits < 1 || hits > MOST_HITS) {
      invalid('hits', hits, `a whole number from 1 to ${MOST_HITS}`);
    }
    this.#check('arming a watchpoint', this.#library.arm(this.#live(), hits));
  }

  /** Watches no more, until armed again. Idempotent. */
  disarm(): void {
    this.#check('disarming a watchpoint', this.#library.disarm(this.#live()));
  }

  /** Disarms and watches another place with the same register, some 60 us. */
  move(place: WatchedPlace): void {
    checkPlace(place);
    const access = WATCH_ACCESS[place.access];
    const result = this.#library.move(this.#live(), place.address, place.length, access);
    this.#check('moving a watchpoint', result);
    this.#place = place;
  }

  /** Hits since `open`, as the kernel counts them. Interrupts the thread when it is armed. */
  count(): number {
    const count = new Float64Array(1);
    this.#check('counting hits', this.#library.count(this.#live(), count));
    return count[0] as number;
  }

  /** The hits since the last call, oldest first. */
  hits(): WatchpointHit[] {
    const bytes = new Uint8Array(MOST_HITS * HIT_BYTES);
    const found = this.#library.hits(this.#live(), bytes, MOST_HITS);
    const view = new DataView(bytes.buffer);
    return Array.from({ length: found }, (_, i) => readHit(view, i * HIT_BYTES));
  }

  /** Hits of earlier armings that were not taken by `hits` in time; the first 400 are kept. */
  get lost(): number {
    return this.#library.lost(this.#live());
  }

  /** Gives the register back. Idempotent. */
  close(): void {
    if (this.#handle !== undefined) this.#library.close(this.#handle);
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #live(): WatchHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw createError('HFTMON_E_SESSION_STATE', { operation: 'use', state: 'closed' });
  }

  #check(operation: string, result: number): void {
    if (result >= 0) return;
    const detail = nativeLibrary().lastError();
    const { code, facts } = callFailure(result, operation, detail, this.tid);
    throw createError(code, facts);
  }
}

function readHit(view: DataView, at: number): WatchpointHit {
  return {
    timeNs: view.getFloat64(at, true),
    ip: view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 0x1_0000_0000,
    tid: view.getUint32(at + 16, true),
    cpu: view.getUint32(at + 20, true),
  };
}

/** Thread 0 means "the caller" to the kernel. */
function checkTid(tid: number): void {
  if (!Number.isInteger(tid) || tid < 1 || tid > 0x7fff_ffff) {
    invalid('tid', tid, 'the id of a thread');
  }
}

function checkPlace({ address, length }: WatchedPlace): void {
  if (![1, 2, 4, 8].includes(length)) invalid('length', length, '1, 2, 4 or 8');
  if (!Number.isSafeInteger(address) || address < 0 || address % length !== 0) {
    invalid('address', address, `a user address that is a multiple of ${length}`);
  }
}

function invalid(option: string, value: number, expected: string): never {
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
}
