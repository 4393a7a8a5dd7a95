import type { ThreadState, ThreadTotals } from '@hftmon/core';
import { createError } from '@hftmon/core';
import { THREAD } from '../layout.js';
import type { NativeSession } from '../native/native-session.js';
import { inspectProcess, readProcess } from '../proc/process.js';
import { listThreads } from '../proc/threads.js';
import { EndedThreads } from './ended-threads.js';
import { isEnded, readThread, type ReadContext } from './thread-reader.js';

/** Rounds of listing /proc/PID/task; each finds threads that began during the one before. */
const SCAN_ROUNDS = 100;

/** Follows the threads of processes through the slots of the native thread table. */
export class ProcessFollower {
  readonly #session: NativeSession;
  readonly #threads: Uint32Array;
  readonly #procRoot: string;
  readonly #startTimes = new Map<number, number>();
  readonly #ended = new EndedThreads();
  readonly #context: () => ReadContext;

  constructor(
    session: NativeSession,
    threads: Uint32Array,
    procRoot: string,
    context: () => Omit<ReadContext, 'stateOf'>,
  ) {
    this.#session = session;
    this.#threads = threads;
    this.#procRoot = procRoot;
    this.#context = () => ({ ...context(), stateOf: (pid, tid) => this.#procState(pid, tid) });
  }

  /**
   * Follows every thread of a process. Those that begin later are followed by the fork probe;
   * listing goes on until a round finds nothing new, for those that began meanwhile.
   * @throws ProcessNotFoundError
   * @throws ConfigurationError `HFTMON_E_TOO_MANY_THREADS`
   */
  follow(pid: number): void {
    const { startTimeTicks } = readProcess(pid, this.#procRoot);
    const seen = new Set<number>();
    try {
      for (let round = 0; round < SCAN_ROUNDS; round++) {
        const fresh = listThreads(pid, this.#procRoot).filter(({ tid }) => !seen.has(tid));
        if (fresh.length === 0) break;
        for (const { tid } of fresh) this.#followThread(pid, tid, seen);
      }
    } catch (error) {
      this.forget(pid);
      if (this.#isGone(pid, startTimeTicks)) {
        throw createError('HFTMON_E_PROCESS_EXITED', { pid }, { cause: error });
      }
      throw error;
    }
    this.#startTimes.set(pid, startTimeTicks);
  }

  /** Stops following a process and forgets its ended threads. */
  forget(pid: number): void {
    // `reap` releases the slots, when no probe can be writing to them any more.
    for (const slot of this.#slots(pid)) this.#session.unfollow(slot);
    this.#startTimes.delete(pid);
    this.#ended.forget(pid);
  }

  /** Followed processes. */
  pids(): number[] {
    return [...this.#startTimes.keys()];
  }

  /** Totals of all threads of a process, ended ones included. */
  totals(pid: number): ThreadTotals[] {
    const context = this.#context();
    const live = [...this.#slots(pid)].map((slot) => readThread(this.#threads, slot, context));
    return [...this.#ended.of(pid), ...live];
  }

  /** Frees the slots of ended threads, keeping their totals. Returns pids that have ended. */
  reap(): number[] {
    const context = this.#context();
    const alive = new Set<number>();
    for (const slot of this.#slots()) {
      const pid = this.#pidOf(slot);
      if (!isEnded(this.#threads, slot)) {
        alive.add(pid);
        continue;
      }
      // A pid of 0: no longer followed, or it lost the race to register its thread.
      if (pid !== 0) this.#ended.add(readThread(this.#threads, slot, context));
      this.#session.release(slot);
    }
    return [...this.#startTimes]
      .filter(([pid, startTime]) => !alive.has(pid) && this.#isGone(pid, startTime))
      .map(([pid]) => pid);
  }

  #followThread(pid: number, tid: number, seen: Set<number>): void {
    seen.add(tid);
    if (this.#session.follow(tid, pid)) return;
    throw createError('HFTMON_E_TOO_MANY_THREADS', {
      threads: `at least ${seen.size}`,
      limit: this.#threads.byteLength / THREAD.bytes - 1,
    });
  }

  /** Used slots, of one process or of all. Slot 0 means "not followed". */
  *#slots(pid?: number): Generator<number> {
    const stride = THREAD.bytes / 4;
    const count = Math.floor(this.#threads.length / stride);
    for (let slot = 1; slot < count; slot++) {
      if (this.#threads[slot * stride + THREAD.tid / 4] === 0) continue;
      if (pid === undefined || this.#pidOf(slot) === pid) yield slot;
    }
  }

  #pidOf(slot: number): number {
    return this.#threads[(slot * THREAD.bytes + THREAD.tgid) >>> 2] as number;
  }

  #isGone(pid: number, startTimeTicks: number): boolean {
    try {
      const now = inspectProcess(pid, this.#procRoot);
      if (now.startTimeTicks !== startTimeTicks) return true;
      readProcess(pid, this.#procRoot);
      return false;
    } catch {
      // Gone, or a zombie: either way nothing will run again.
      return true;
    }
  }

  /** A thread without an event since attach is still in the state that /proc shows. */
  #procState(pid: number, tid: number): ThreadState {
    try {
      const state = listThreads(pid, this.#procRoot).find((thread) => thread.tid === tid)?.state;
      return state === undefined ? 'exited' : state === 'R' ? 'running' : 'blocked';
    } catch {
      return 'exited';
    }
  }
}
