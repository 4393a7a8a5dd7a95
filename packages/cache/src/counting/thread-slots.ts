/**
 * Numbers of the slots of threads, so that what is kept per thread lies in typed arrays. A thread
 * is announced with its process, and takes a slot only when it is counted.
 */
export class ThreadSlots {
  /** Process of the thread, by slot. */
  readonly pids: Uint32Array;
  readonly #pidOf = new Map<number, number>();
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;

  /** @param capacity - most threads at a time */
  constructor(capacity: number) {
    this.pids = new Uint32Array(capacity);
  }

  announce(tid: number, pid: number): void {
    this.#pidOf.set(tid, pid);
  }

  /** Slot of a thread; -1 when it was not announced or all are taken. */
  of(tid: number): number {
    return this.#slots.get(tid) ?? this.#take(tid);
  }

  release(tid: number): void {
    this.#pidOf.delete(tid);
    const slot = this.#slots.get(tid);
    if (slot === undefined) return;
    this.#slots.delete(tid);
    this.#free.push(slot);
  }

  #take(tid: number): number {
    const pid = this.#pidOf.get(tid);
    if (pid === undefined) return -1;
    const slot = this.#free.pop() ?? (this.#used < this.pids.length ? this.#used++ : -1);
    if (slot < 0) return -1;
    this.pids[slot] = pid;
    this.#slots.set(tid, slot);
    return slot;
  }
}
