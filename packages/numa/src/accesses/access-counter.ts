import type { Support, Target } from '@hftmon/core';
import { CounterSampler, CounterStatus, ThreadWatch } from '@hftmon/perf-native';
import type { AccessEvents } from './access-events.js';

/** Accesses counted while threads ran on one node. */
export interface CountedAccesses {
  /** `undefined` where the cores do not count them. */
  readonly local: number | undefined;
  readonly remote: number;
}

export interface AccessCounterOptions {
  readonly events: AccessEvents;
  readonly epochNs: bigint;
  readonly procRoot: string;
  /** Node that a thread ran on last, as far as it is known. */
  readonly nodeOfThread: (pid: number, tid: number) => number | undefined;
}

/** Time between two samples of a thread, us. */
const INTERVAL_US = 100_000;

const NO_COUNTER_REMEDY =
  'end other users of hardware counters (perf, another monitor), count with one collector at a time (hftmon stat --collectors numa), or sudo sysctl kernel.nmi_watchdog=0';

interface Sums {
  local: number;
  remote: number;
}

/** What a thread was seen with last. */
interface Seen {
  readonly pid: number;
  /** Totals, for the difference: remote and local of each group, one per kind of core. */
  readonly totals: Float64Array;
  /** It found no free counter; that is told once more at its end. */
  unscheduled: boolean;
}

/** Counts accesses to local and remote memory of all threads of the targets, by node of the CPU. */
export class AccessCounter {
  readonly #options: AccessCounterOptions;
  readonly #sampler: CounterSampler;
  readonly #watch: ThreadWatch;
  readonly #countsLocal: boolean;
  readonly #threads = new Map<number, Seen>();
  readonly #byNode = new Map<number, Sums>();
  #withoutNode = 0;
  #unscheduled = 0;

  /** @throws MonitorError when counters cannot be opened at all */
  constructor(options: AccessCounterOptions) {
    const { events, epochNs, procRoot } = options;
    this.#options = options;
    this.#countsLocal = events.groups.every((group) => group.events.length === 2);
    this.#sampler = new CounterSampler({
      groups: events.groups,
      intervalUs: INTERVAL_US,
      epochNs,
      excludeKernel: events.excludeKernel,
    });
    this.#watch = new ThreadWatch(
      {
        threadStarted: (tid, pid) => this.#follow(tid, pid),
        threadEnded: (tid) => this.#unfollow(tid),
      },
      { procRoot },
    );
    try {
      this.#sampler.start();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  attach({ pid }: Target): void {
    this.#watch.attach(pid);
  }

  detach({ pid }: Target): void {
    this.#watch.detach(pid);
  }

  /** Reads what was counted since the last time. */
  poll(): void {
    this.#watch.poll();
    this.#takeIn();
  }

  /** The same with the counts of this very moment. */
  flush(): void {
    this.#sampler.flush();
    this.poll();
  }

  /** Of threads while they ran on a node; 0 when none did. */
  from(nodeId: number): CountedAccesses {
    const { local, remote } = this.#byNode.get(nodeId) ?? { local: 0, remote: 0 };
    return { local: this.#countsLocal ? local : undefined, remote };
  }

  /** Where counts of a kind are from, with what is not among them. */
  supportOf(kind: 'localSupport' | 'remoteSupport'): Support {
    const support = this.#options.events[kind];
    if (!support.ok) return support;
    const uncounted = this.#sampler.uncounted();
    const limits = uncounted.map(
      ({ threads, refusal }) => `${threads} threads are not counted: ${refusal.reason}`,
    );
    const remedies = new Set(uncounted.map(({ refusal }) => refusal.remedy));
    if (support.remedy !== undefined) remedies.add(support.remedy);
    if (this.#unscheduled > 0) {
      limits.push(`${this.#unscheduled} threads found no free counter`);
      remedies.add(NO_COUNTER_REMEDY);
    }
    if (this.#withoutNode > 0) {
      limits.push(`${this.#withoutNode} accesses of threads whose node was not known are left out`);
    }
    limits.push('a thread that changes nodes is counted where it ran at the last look');
    if (support.degraded !== undefined) limits.unshift(support.degraded);
    const remedy = remedies.size > 0 ? { remedy: [...remedies].join('; ') } : {};
    return { ...support, degraded: limits.join('; '), ...remedy };
  }

  /** Idempotent; the counts stay. */
  close(): void {
    this.#watch.close();
    this.#sampler.close();
  }

  #follow(tid: number, pid: number): void {
    this.#threads.set(tid, {
      pid,
      totals: new Float64Array(2 * this.#options.events.groups.length),
      unscheduled: false,
    });
    this.#sampler.follow(tid);
  }

  /** Its last sample is taken in before its tid can be that of another thread. */
  #unfollow(tid: number): void {
    this.#sampler.unfollow(tid);
    this.#takeIn();
    this.#threads.delete(tid);
  }

  #takeIn(): void {
    const { cursor } = this.#sampler;
    while (cursor.next()) this.#add();
  }

  #add(): void {
    const { cursor } = this.#sampler;
    const seen = this.#threads.get(cursor.tid);
    if (seen === undefined) return;
    if ((cursor.status & CounterStatus.Unscheduled) !== 0) {
      if (!seen.unscheduled) this.#unscheduled++;
      seen.unscheduled = true;
      return;
    }
    const { totals } = seen;
    const at = 2 * cursor.group;
    const remote = cursor.value(0) - totals[at]!;
    const local = this.#countsLocal ? cursor.value(1) - totals[at + 1]! : 0;
    totals[at]! += remote;
    totals[at + 1]! += local;
    const node = this.#options.nodeOfThread(seen.pid, cursor.tid);
    if (node === undefined) {
      this.#withoutNode += local + remote;
      return;
    }
    let counts = this.#byNode.get(node);
    if (counts === undefined) this.#byNode.set(node, (counts = { local: 0, remote: 0 }));
    counts.local += local;
    counts.remote += remote;
  }
}
