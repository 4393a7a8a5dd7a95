import type { ThreadTotals } from '@hftmon/core';

/** Ended threads of one process that are kept one by one; earlier ones are summed up. */
const KEPT = 1024;

/** Ended children of targets that are kept; those that ended first are forgotten. */
const KEPT_CHILDREN = 256;

/** Tid of the entry that sums up threads that ended too long ago to be kept. */
export const EARLIER_THREADS_TID = 0;

/** Totals of a process' ended threads. Bounded: a process that spawns forever costs no more. */
export class EndedThreads {
  readonly #byPid = new Map<number, ThreadTotals[]>();

  add(totals: ThreadTotals): void {
    const list = this.#byPid.get(totals.pid) ?? [];
    this.#byPid.set(totals.pid, list);
    list.push(totals);
    if (list.length > KEPT) list.splice(0, 2, sum(list[0]!, list[1]!));
  }

  of(pid: number): readonly ThreadTotals[] {
    return this.#byPid.get(pid) ?? [];
  }

  forget(pid: number): void {
    this.#byPid.delete(pid);
  }

  /** Forgets the oldest of the processes that are no targets but children of one. */
  forgetOldChildren(isTarget: (pid: number) => boolean): void {
    const children = [...this.#byPid.keys()].filter((pid) => !isTarget(pid));
    for (const pid of children.slice(0, -KEPT_CHILDREN)) this.#byPid.delete(pid);
  }
}

function sum(a: ThreadTotals, b: ThreadTotals): ThreadTotals {
  const plus = (x: number | undefined, y: number | undefined) =>
    x === undefined || y === undefined ? undefined : x + y;
  return {
    tid: EARLIER_THREADS_TID,
    pid: a.pid,
    comm: '(earlier threads)',
    state: 'exited',
    voluntarySwitches: a.voluntarySwitches + b.voluntarySwitches,
    involuntarySwitches: a.involuntarySwitches + b.involuntarySwitches,
    migrations: plus(a.migrations, b.migrations),
    bornNs: Math.min(a.bornNs, b.bornNs),
    lifetimeNs: a.lifetimeNs + b.lifetimeNs,
    onCpuNs: a.onCpuNs + b.onCpuNs,
    offCpuNs: a.offCpuNs + b.offCpuNs,
    runQueueNs: a.runQueueNs + b.runQueueNs,
    irqNs: plus(a.irqNs, b.irqNs),
    irqCount: plus(a.irqCount, b.irqCount),
    softirqNs: plus(a.softirqNs, b.softirqNs),
    softirqCount: plus(a.softirqCount, b.softirqCount),
    vectorNs: plus(a.vectorNs, b.vectorNs),
    vectorCount: plus(a.vectorCount, b.vectorCount),
    minorFaults: plus(a.minorFaults, b.minorFaults),
    majorFaults: plus(a.majorFaults, b.majorFaults),
    faultNs: plus(a.faultNs, b.faultNs),
    syscallNs: plus(a.syscallNs, b.syscallNs),
    syscallCount: plus(a.syscallCount, b.syscallCount),
    offCpuHistogram: a.offCpuHistogram.map((n, i) => n + (b.offCpuHistogram[i] as number)),
    runQueueHistogram: a.runQueueHistogram.map((n, i) => n + (b.runQueueHistogram[i] as number)),
  };
}
