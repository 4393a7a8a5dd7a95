import type { Refusal, Support } from '@hftmon/core';
import type { SamplingGap } from './report.js';

interface Gap {
  readonly code: string;
  readonly remedy: string;
  readonly tids: Set<number>;
}

/** Threads that could not be sampled, by process and reason. */
export class SamplingGaps {
  readonly #gaps = new Map<number, Map<string, Gap>>();

  /** A thread that has ended in the meantime is no gap. */
  add(pid: number, tid: number, { code, reason, remedy }: Refusal): void {
    if (code === 'HFTMON_E_THREAD_NOT_FOUND') return;
    const ofProcess = this.#gaps.get(pid) ?? new Map<string, Gap>();
    this.#gaps.set(pid, ofProcess);
    // Messages name the thread; the reason is the same for all.
    const common = reason.replaceAll(`thread ${tid}`, 'its threads');
    const gap = ofProcess.get(common) ?? { code, remedy, tids: new Set() };
    gap.tids.add(tid);
    ofProcess.set(common, gap);
  }

  /** A thread has ended. */
  remove(pid: number, tid: number): void {
    for (const { tids } of this.#gaps.get(pid)?.values() ?? []) tids.delete(tid);
  }

  release(pid: number): void {
    this.#gaps.delete(pid);
  }

  list(): SamplingGap[] {
    return [...this.#gaps].flatMap(([pid, reasons]) =>
      [...reasons]
        .filter(([, { tids }]) => tids.size > 0)
        .map(([reason, { code, remedy, tids }]) => {
          return { pid, code, reason, remedy, threads: tids.size };
        }),
    );
  }
}

/**
 * The source with what really came of it: none when no address could be had and something stood in
 * the way, so that nothing found is not taken for nothing there.
 */
export function sourceInFact(
  source: Support,
  gaps: readonly SamplingGap[],
  attributed: number,
): Support {
  const [first] = gaps;
  if (!source.ok || first === undefined) return source;
  const { code, reason, remedy } = first;
  if (attributed === 0) return { ok: false, code, reason, remedy };
  const notes = gaps.map(
    (gap) => `process ${gap.pid}, ${gap.threads ?? 'all'} threads not sampled: ${gap.reason}`,
  );
  const remedies = [source.remedy, ...gaps.map((gap) => gap.remedy)].filter(Boolean);
  return {
    ...source,
    degraded: [source.degraded, ...notes].filter(Boolean).join('; '),
    remedy: [...new Set(remedies)].join('; '),
  };
}
