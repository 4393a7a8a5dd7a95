import { createError, type ErrorCode } from '@hftmon/core';
import {
  nativeLibrary,
  type MarkersHandle,
  type NativeLibrary,
  type NativeOptions,
  type SessionHandle,
  type SpanProbesHandle,
} from './bindings.js';

const EPERM = -1;
const EACCES = -13;
const ENOSPC = -28;
const NO_DESCRIPTORS: ReadonlySet<number> = new Set([-23, -24]); // ENFILE, EMFILE

/**
 * An open `hftmon_session`: owns the handle and turns error numbers into errors. Memory views
 * are valid until `close`.
 */
export class NativeSession {
  readonly #library: NativeLibrary = nativeLibrary();
  #handle: SessionHandle | undefined;

  /**
   * Loads the BPF programs and maps the memory.
   * @throws PermissionError `HFTMON_E_NOT_PERMITTED`
   * @throws HardwareNotSupportedError `HFTMON_E_BPF_LOAD` and those of the library
   */
  constructor(options: NativeOptions) {
    const out: SessionHandle[] = [null];
    this.#check('loading the BPF probes', this.#library.open(options, out), 'HFTMON_E_BPF_LOAD');
    this.#handle = out[0];
    openSessions.add(this);
  }

  /** Attaches the probes and starts the pump. @throws MonitorError; nothing stays attached */
  start(): void {
    this.#check('attaching the probes', this.#library.start(this.#live()));
  }

  /** Detaches, joins the pump, moves the last records. */
  stop(): void {
    if (this.#handle !== undefined) this.#library.stop(this.#handle);
  }

  /** Frees everything. Idempotent. */
  close(): void {
    if (this.#handle === undefined) return;
    openSessions.delete(this);
    this.#library.close(this.#handle);
    this.#handle = undefined;
  }

  /** Moves what the kernel has emitted so far into the history ring. */
  flush(): void {
    this.#library.flush(this.#live());
  }

  /** The same for who polls: never waits, allocates nothing. */
  pull(): void {
    this.#library.pull(this.#live());
  }

  /** A view of one of the session's memories, empty for what it doesn't have; see `MEMORY`. */
  memory(which: number): ArrayBuffer {
    const address = new BigUint64Array(1);
    const bytes = new BigUint64Array(1);
    this.#check('memory', this.#library.memory(this.#live(), which, address, bytes));
    if (bytes[0] === 0n) return new ArrayBuffer(0);
    return this.#library.view(address[0] as bigint, Number(bytes[0]));
  }

  /** Follows a thread. @returns false when no slot is free */
  follow(tid: number, tgid: number): boolean {
    const result = this.#library.follow(this.#live(), tid, tgid);
    if (result === ENOSPC) return false;
    this.#check(`following thread ${tid}`, result);
    return true;
  }

  /** Stops following the thread in a slot. Release it later: a probe may be writing still. */
  unfollow(slot: number): void {
    this.#check('unfollowing a thread', this.#library.unfollow(this.#live(), slot));
  }

  /** Clears a slot for the next new thread. */
  release(slot: number): void {
    this.#check('releasing a thread slot', this.#library.release(this.#live(), slot));
  }

  /** The areas of marks that it reads; not to be used after `close`. */
  markers(): MarkersHandle {
    return this.#library.markers(this.#live());
  }

  /** The probes of spans that it has; not to be used after `close`. */
  spanProbes(): SpanProbesHandle {
    return this.#library.spanProbes(this.#live());
  }

  /** Addresses of a stack, innermost first; empty when the id is unknown. */
  stack(id: number): bigint[] {
    const frames = new BigUint64Array(64);
    const count = this.#library.stack(this.#live(), id, frames, frames.length);
    return count < 0 ? [] : [...frames.subarray(0, count)];
  }

  /** For what reads its tables by native code. */
  get handle(): SessionHandle {
    return this.#live();
  }

  #live(): SessionHandle {
    if (this.#handle === undefined) {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'use', state: 'closed' });
    }
    return this.#handle;
  }

  #check(operation: string, result: number, code: ErrorCode = 'HFTMON_E_NATIVE_CALL'): void {
    if (result >= 0) return;
    const detail = this.#library.lastError();
    throw createError(codeOf(result, code), {
      operation,
      detail,
      errno: -result,
    });
  }
}

/** @param otherwise - for what has no code of its own */
function codeOf(result: number, otherwise: ErrorCode): ErrorCode {
  if (NO_DESCRIPTORS.has(result)) return 'HFTMON_E_FILES_EXHAUSTED';
  // The verifier says EACCES, too, but of a program that reads where it must not.
  const denied = result === EPERM || (result === EACCES && otherwise !== 'HFTMON_E_BPF_LOAD');
  return denied ? 'HFTMON_E_NOT_PERMITTED' : otherwise;
}

/**
 * Sessions that nobody has closed yet. At exit the pump must be joined before the process tears
 * its memory down; `exit` runs also for process.exit() and uncaught errors. Their memory stays:
 * exit handlers that run later may make a report of it. The end of the process frees it, or, in
 * a worker, the end of the thread: the library sees to that, for a terminated worker too.
 */
const openSessions = new Set<NativeSession>();

process.on('exit', () => {
  for (const session of openSessions) session.stop();
});
