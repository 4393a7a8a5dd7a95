import {
  createError,
  hasEnded,
  isMonitorError,
  parseStat,
  readProcess,
  type ThreadState,
  type ThreadTotals,
} from '@hftmon/core';
import { THREAD } from '../layout.js';
import type { NativeSession } from '../native/native-session.js';
import { readText } from '../proc/read.js';
import { listThreads } from '../proc/threads.js';
import { EndedThreads } from './ended-threads.js';
import type { Follower } from './follower.js';
import { isEnded, isUnseen, readThread, type ReadContext } from './thread-reader.js';

/** Rounds of listing /proc/PID/task; each finds threads that began during the one before. */
const SCAN_ROUNDS = 100;

/** Slots that native code and scripts may hold at a time besides one of each CPU. */
const SPARE_SLOTS = 16;

/** So often a process with a living thread is looked up in /proc as well, ms. */
const CHECK_EVERY_MS = 1000;

/** States in /proc of a thread that will not run again. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

/** Follows the threads of processes through the slots of the native thread table. */
export class ProcessFollower implements Follower {
  readonly #session: NativeSession;
  readonly #threads: Uint32Array;
  readonly #procRoot: string;
  readonly #startTimes = new Map<number, number>();
  readonly #ended = new EndedThreads();
  readonly #context: () => ReadContext;
  /** Highest slot that was seen in use. */
  #highest = 0;
  /**
   * How far beyond it one in use may be. Free slots are a stack, the lowest on top: a slot is left
   * out only while a CPU that took it has not filled it, or has just given it back.
   */
  readonly #inFlight: number;
  /** Slots that were unfollowed since the last `reap`, and before it. */
  #leaving = new Set<number>();
  #left = new Set<number>();
  /** Processes that were forgotten since the last `reap`. */
  #forgotten = new Set<number>();
  /** Processes that were gone at the last `reap` although threads of theirs were not. */
  #gone = new Set<number>();
  #nextCheckMs = 0;

  constructor(
    session: NativeSession,
    threads: Uint32Array,
    procRoot: string,
    cpus: number,
    context: () => Omit<ReadContext, 'stateOf'>,
  ) {
    this.#session = session;
    this.#threads = threads;
    this.#procRoot = procRoot;
    this.#inFlight = cpus + SPARE_SLOTS;
    this.#context = () => ({ ...context(), stateOf: (pid, tid) => this.#procState(pid, tid) });
  }

  /**
   * Follows every thread of a process. Those that begin later are followed by the fork probe.
   * @throws ProcessNotFoundError
   * @throws ConfigurationError `HFTMON_E_TOO_MANY_THREADS`
   */
  follow(pid: number): void {
    const { startTimeTicks } = readProcess(pid, this.#procRoot);
    try {
      this.#scan(pid);
    } catch (error) {
      this.forget(pid);
      if (hasEnded(pid, startTimeTicks, this.#procRoot)) {
        throw createError('HFTMON_E_PROCESS_EXITED', { pid }, { cause: error });
      }
      throw error;
    }
    this.#forgotten.delete(pid);
    this.#startTimes.set(pid, startTimeTicks);
  }

  /**
   * Follows what began, and lets go of what ended, between `follow` and the opening of the gate:
   * no probe saw it.
   */
  catchUp(): void {
    for (const pid of this.#startTimes.keys()) {
      try {
        this.#scan(pid);
      } catch (error) {
        // One that is gone by now is noticed by `reap`; too many threads are counted as untracked.
        if (!isMonitorError(error)) throw error;
      }
    }
  }

  /** Stops following a process and forgets its ended threads. */
  forget(pid: number): void {
    this.#unfollowAll(pid);
    this.#startTimes.delete(pid);
    this.#ended.forget(pid);
    // A thread of it may have been starting one just now, which is followed in a moment.
    this.#forgotten.add(pid);
  }

  /** Followed processes. */
  pids(): number[] {
    return [...this.#startTimes.keys()];
  }

  children(): number[] {
    const children = new Set<number>();
    for (const slot of this.#slots()) {
      const pid = this.#pidOf(slot);
      if (pid === 0 || this.#startTimes.has(pid) || isEnded(this.#threads, slot)) continue;
      children.add(pid);
    }
    return [...children];
  }

  /** Totals of all threads of a process, ended ones included. */
  totals(pid: number): ThreadTotals[] {
    const context = this.#context();
    const live = [...this.#slots(pid)].map((slot) => readThread(this.#threads, slot, context));
    return [...this.#ended.of(pid), ...live];
  }

  /** Frees the slots of ended threads, keeping their totals. Returns pids that have ended. */
  reap(): number[] {
    this.#releaseLeft();
    const context = this.#context();
    const alive = new Set<number>();
    for (const slot of this.#slots()) {
      const pid = this.#pidOf(slot);
      if (!isEnded(this.#threads, slot)) {
        alive.add(pid);
        continue;
      }
      // A pid of 0: it lost the race to register its thread.
      if (pid !== 0) this.#ended.add(readThread(this.#threads, slot, context));
      this.#session.release(slot);
    }
    this.#ended.forgetOldChildren((pid) => this.#startTimes.has(pid) || alive.has(pid));
    return this.#endedProcesses(alive);
  }

  /** Releases what was unfollowed a while ago: no probe can be writing to it any more. */
  #releaseLeft(): void {
    for (const slot of this.#left) this.#session.release(slot);
    const forgotten = this.#forgotten;
    this.#forgotten = new Set();
    for (const pid of forgotten) this.#unfollowAll(pid);
    this.#left = this.#leaving;
    this.#leaving = new Set();
  }

  /** Of a process whose threads are alive /proc would say the same, unless their ends were missed. */
  #endedProcesses(alive: ReadonlySet<number>): number[] {
    const ended: number[] = [];
    const gone = new Set<number>();
    const nowMs = performance.now();
    const checksAll = nowMs >= this.#nextCheckMs;
    if (checksAll) this.#nextCheckMs = nowMs + CHECK_EVERY_MS;
    for (const [pid, startTime] of this.#startTimes) {
      if (alive.has(pid) && !checksAll && !this.#gone.has(pid)) continue;
      if (!hasEnded(pid, startTime, this.#procRoot)) continue;
      // Its last threads may be about to leave their CPUs; if not, their ends were missed.
      const stale = this.#gone.has(pid);
      if (alive.has(pid) && !stale) gone.add(pid);
      else ended.push(pid);
      if (alive.has(pid) && stale) this.#unfollowAll(pid);
    }
    this.#gone = gone;
    return ended;
  }

  /**
   * Lists the threads until a round finds nothing new, for those that began during the one
   * before. A thread that is gone at the next look may have ended before it was followed, unseen;
   * of one that is still there the end will be seen.
   */
  #scan(pid: number): void {
    const seen = new Set<number>();
    for (let round = 0; round < SCAN_ROUNDS; round++) {
      const alive = listThreads(pid, this.#procRoot).filter(({ state }) => !ENDED.has(state));
      const fresh = alive.filter(({ tid }) => !seen.has(tid));
      this.#dropUnseen(pid, new Set(alive.map(({ tid }) => tid)));
      if (fresh.length === 0) return;
      for (const { tid } of fresh) this.#followThread(pid, tid, seen);
    }
  }

  #dropUnseen(pid: number, alive: ReadonlySet<number>): void {
    for (const slot of this.#slots(pid)) {
      if (!isUnseen(this.#threads, slot) || alive.has(this.#tidOf(slot))) continue;
      this.#unfollow(slot);
    }
  }

  /** Until none is left: each that goes may start another before. */
  #unfollowAll(pid: number): void {
    let found: number;
    do {
      found = 0;
      for (const slot of this.#slots(pid)) {
        this.#unfollow(slot);
        found++;
      }
    } while (found > 0);
  }

  #unfollow(slot: number): void {
    this.#session.unfollow(slot);
    this.#leaving.add(slot);
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
    for (let slot = 1; slot < count && slot <= this.#highest + this.#inFlight; slot++) {
      if (this.#threads[slot * stride + THREAD.tid / 4] === 0) continue;
      if (slot > this.#highest) this.#highest = slot;
      if (this.#leaving.has(slot) || this.#left.has(slot)) continue;
      if (pid === undefined || this.#pidOf(slot) === pid) yield slot;
    }
  }

  #tidOf(slot: number): number {
    return this.#threads[(slot * THREAD.bytes + THREAD.tid) >>> 2] as number;
  }

  #pidOf(slot: number): number {
    return this.#threads[(slot * THREAD.bytes + THREAD.tgid) >>> 2] as number;
  }

  /** A thread without an event since attach is still in the state that /proc shows. */
  #procState(pid: number, tid: number): ThreadState {
    const stat = readText(`${this.#procRoot}/${pid}/task/${tid}/stat`);
    const state = stat === undefined ? undefined : parseStat(stat)?.state;
    return state === undefined ? 'exited' : state === 'R' ? 'running' : 'blocked';
  }
}
