import type { ThreadRegistry } from '../threads/thread-registry.js';
import { RunQueueWait, UNKNOWN_PRIORITY, type ThreadTrack } from '../threads/thread-track.js';
import { DEEPEST_CHAIN } from './inversion-log.js';
import { LockWait } from './lock-wait.js';

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
  readonly #queueNs = new Float64Array(2);
  /** When all so far in the chain waited. */
  readonly #window = new Float64Array(2);
  /** The part of it in which a holder may have worked towards the end of the wait. */
  readonly #holding = new Float64Array(2);
  readonly #registry: ThreadRegistry;

  constructor(registry: ThreadRegistry) {
    this.#registry = registry;
  }

  /** Time that weaker ones of those waited for were runnable but did not run, ns. */
  get queueNs(): number {
    return this.#queueNs[0]!;
  }

  /** Did none of those waited for have to wait for a CPU? */
  get neverQueued(): boolean {
    return this.#queueNs[0] === 0;
  }

  /** Follows the chain from a thread's latest wait. */
  follow(track: ThreadTrack): void {
    this.depth = 0;
    this.isWeaker = this.isLent = false;
    this.instead = 0;
    this.#queueNs.fill(0);
    let waits = track.lockWaits;
    const own = waits.integer(0, LockWait.WaiterPriority);
    this.#add(track.tid, own);
    waits.copyTimes(0, this.#window);
    let at = 0;
    for (;;) {
      waits.copyExtra(at, this.futexes, this.depth - 1);
      this.operations[this.depth - 1] = waits.integer(at, LockWait.Operation);
      const holder = waits.integer(at, LockWait.Holder);
      const priority = waits.integer(at, LockWait.HolderPriority);
      if (waits.integer(at, LockWait.Lent) < priority) this.isLent = true;
      if (this.depth === DEEPEST_CHAIN || this.#has(holder)) return;
      this.#add(holder, priority);
      const holderTrack = this.#registry.get(holder);
      if (priority > own && priority !== UNKNOWN_PRIORITY) {
        this.isWeaker = true;
        if (holderTrack !== undefined) this.#addQueueTime(holderTrack);
      }
      if (holderTrack === undefined) return;
      waits = holderTrack.lockWaits;
      at = waits.longestOverlap(this.#window);
      if (at < 0) return;
      waits.narrow(at, this.#window);
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

  #addQueueTime(track: ThreadTrack): void {
    this.#holding.set(this.#window);
    track.ownSleeps.skipPast(this.#holding);
    const longest = track.runQueueWaits.addOverlaps(this.#holding, this.#queueNs);
    if (longest >= 0) this.instead = track.runQueueWaits.integer(longest, RunQueueWait.Instead);
  }
}
