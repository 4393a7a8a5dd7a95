import { hasEnded, readProcess, type ThreadTotals } from '@hftmon/core';
import type { Follower } from './follower.js';

/** Target processes of a session without BPF: nobody counts for their threads. */
export class ProcessWatch implements Follower {
  readonly #procRoot: string;
  readonly #startTimes = new Map<number, number>();

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  follow(pid: number): void {
    this.#startTimes.set(pid, readProcess(pid, this.#procRoot).startTimeTicks);
  }

  catchUp(): void {}

  forget(pid: number): void {
    this.#startTimes.delete(pid);
  }

  pids(): number[] {
    return [...this.#startTimes.keys()];
  }

  children(): number[] {
    return [];
  }

  totals(): ThreadTotals[] {
    return [];
  }

  reap(): number[] {
    return [...this.#startTimes]
      .filter(([pid, startTime]) => hasEnded(pid, startTime, this.#procRoot))
      .map(([pid]) => pid);
  }
}
