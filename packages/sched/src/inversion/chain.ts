import type { ThreadRegistry } from '../threads/thread-registry.js';
import { RunQueueWait, UNKNOWN_PRIORITY, type ThreadTrack } from '../threads/thread-track.js';
import { DEEPEST_CHAIN } from './inversion-log.js';
import { LockWait, NOT_LENT } from './lock-wait.js';

/**
 * The chain behind a thread's latest wait for a lock: whom it waited for, for whom that one
 * waited meanwhile, and so on; and what kept weaker ones of them from running. One object is
 * filled again and again, so that following a chain does not allocate.
 */
export class Chain {
  /** Threads in the chain, the one that waited included. */
  depth = 0;
  readonly tids = new Int32Array(DEEPEST_CHAIN);
  readonly priorities = new Int32Array(DEEPEST_CHAIN);
  readonly futexes = new Float64Array(DEEPEST_CHAIN);
  readonly operations = new Int32Array(DEEPEST_CHAIN);
  /** One of those waited for is weaker than the thread. */
  isWeaker = false;
  /** One of those waited for was lent a stronger priority than its own. */
  isLent = false;
  /** Task that had the CPU at the begin of the longest part of {@link queueNs}. */
  instead = 0;
  /** 0: time that weaker ones were runnable but did not run, ns; 1: longest of them at a stretch. */
  readonly #ns = new Float64Array(2);
  readonly #registry: ThreadRegistry;

  constructor(registry: ThreadRegistry) {
    this.#registry = registry;
  }

  /** Time that weaker ones of those waited for were runnable but did not run, ns. */
  get queueNs(): number {
    return this.#ns[0]!;
  }

  /** Follows the chain from a thread's latest wait. */
  follow(track: ThreadTrack): void {
    this.depth = 0;
    this.isWeaker = this.isLent = false;
    this.instead = 0;
    this.#ns.fill(0);
    let waits = track.lockWaits;
    let own = waits.value(0, LockWait.WaiterPriority);
    this.#add(track.tid, own);
    let at = 0;
    let fromNs = waits.startNs(0);
    let toNs = waits.endNs(0);
    for (;;) {
      const link = this.depth - 1;
      this.futexes[link] = waits.value(at, LockWait.Futex);
      this.operations[link] = waits.value(at, LockWait.Operation);
      const holder = waits.value(at, LockWait.Holder);
      const priority = waits.value(at, LockWait.HolderPriority);
      if (waits.value(at, LockWait.Lent) < priority) this.isLent = true;
      if (this.depth === DEEPEST_CHAIN || this.#has(holder)) return;
      this.#add(holder, priority);
      const holderTrack = this.#registry.get(holder);
      if (priority > own && priority !== UNKNOWN_PRIORITY) {
        this.isWeaker = true;
        if (holderTrack !== undefined) this.#addQueueTime(holderTrack, fromNs, toNs);
      }
      if (holderTrack === undefined) return;
      at = longestOverlap(holderTrack, fromNs, toNs);
      if (at < 0) return;
      waits = holderTrack.lockWaits;
      fromNs = Math.max(fromNs, waits.startNs(at));
      toNs = Math.min(toNs, waits.endNs(at));
    }
  }

  #add(tid: number, priority: number): void {
    this.tids[this.depth] = tid;
    this.priorities[this.depth] = priority;
    this.futexes[this.depth] = 0;
    this.operations[this.depth] = 0;
    this.depth++;
  }

  #has(tid: number): boolean {
    for (let i = 0; i < this.depth; i++) if (this.tids[i] === tid) return true;
    return false;
  }

  #addQueueTime(track: ThreadTrack, fromNs: number, toNs: number): void {
    const from = Math.max(fromNs, lastOwnSleepEnd(track, toNs));
    const waits = track.runQueueWaits;
    for (let i = 0; i < waits.count; i++) {
      const common = waits.overlapNs(i, from, toNs);
      this.#ns[0]! += common;
      if (common <= this.#ns[1]!) continue;
      this.#ns[1] = common;
      this.instead = waits.value(i, RunQueueWait.Instead);
    }
  }
}

/** End of the latest sleep of a thread that was over by a time and for no lock, or -Infinity. */
export function lastOwnSleepEnd({ ownSleeps }: ThreadTrack, byNs: number): number {
  for (let i = 0; i < ownSleeps.count; i++) {
    if (ownSleeps.endNs(i) <= byNs) return ownSleeps.endNs(i);
  }
  return -Infinity;
}

/** Which of a thread's lock waits has most in common with a window; -1 for none. */
function longestOverlap({ lockWaits }: ThreadTrack, fromNs: number, toNs: number): number {
  let found = -1;
  let longest = 0;
  for (let i = 0; i < lockWaits.count; i++) {
    const common = lockWaits.overlapNs(i, fromNs, toNs);
    if (common <= longest) continue;
    longest = common;
    found = i;
  }
  return found;
}

/** Was the thread's latest lock wait one whose holder was lent a priority? */
export function isLentWait({ lockWaits }: ThreadTrack): boolean {
  return lockWaits.value(0, LockWait.Lent) !== NOT_LENT;
}
