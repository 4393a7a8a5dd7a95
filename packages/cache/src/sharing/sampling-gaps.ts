import type { Refusal } from '@hftmon/perf-native';
import type { SamplingGap } from './report.js';

/** Threads that could not be sampled, by process and reason. */
export class SamplingGaps {
  readonly #refusals = new Map<number, Map<string, Set<number>>>();

  /** A thread that has ended in the meantime is no gap. */
  add(pid: number, tid: number, refusal: Refusal): void {
    if (refusal.code === 'HFTMON_E_THREAD_NOT_FOUND') return;
    const ofProcess = this.#refusals.get(pid) ?? new Map<string, Set<number>>();
    this.#refusals.set(pid, ofProcess);
    // Messages name the thread; the reason is the same for all.
    const reason = refusal.reason.replaceAll(`thread ${tid}`, 'its threads');
    ofProcess.set(reason, (ofProcess.get(reason) ?? new Set()).add(tid));
  }

  /** A thread has ended. */
  remove(pid: number, tid: number): void {
    for (const tids of this.#refusals.get(pid)?.values() ?? []) tids.delete(tid);
  }

  release(pid: number): void {
    this.#refusals.delete(pid);
  }

  list(): SamplingGap[] {
    return [...this.#refusals].flatMap(([pid, reasons]) =>
      [...reasons]
        .filter(([, tids]) => tids.size > 0)
        .map(([reason, tids]) => ({ pid, reason, threads: tids.size })),
    );
  }
}
