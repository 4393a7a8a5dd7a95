import type { Support, Target } from '@hftmon/core';
import { CounterSampler, ThreadWatch, type CounterGroup } from '@hftmon/perf-native';

/** Accesses counted while threads ran on one node. */
export interface CountedAccesses {
  local: number;
  remote: number;
}

/** Which events of which group count what. */
export interface AccessEvents {
  /** Each counts local accesses with its first event and remote ones with its second. */
  readonly groups: readonly CounterGroup[];
  readonly excludeKernel: boolean;
  readonly support: Support;
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
/** Bit of a sample: the group found no free counter (HFTMON_COUNTER_UNSCHEDULED). */
const UNSCHEDULED = 4;

/** Last totals of a thread, for the difference. */
interface Seen {
  readonly pid: number;
  local: number;
  remote: number;
}

/** Counts accesses to local and remote memory of all threads of the targets, by node of the CPU. */
export class AccessCounter {
  readonly #options: AccessCounterOptions;
  readonly #sampler: CounterSampler;
  readonly #watch: ThreadWatch;
  readonly #threads = new Map<number, Seen>();
  readonly #byNode = new Map<number, CountedAccesses>();
  #withoutNode = 0;
  #unscheduled = 0;

  /** @throws MonitorError when counters cannot be opened at all */
  constructor(options: AccessCounterOptions) {
    const { events, epochNs, procRoot } = options;
    this.#options = options;
    this.#sampler = new CounterSampler({
      groups: events.groups,
      intervalUs: INTERVAL_US,
      epochNs,
      excludeKernel: events.excludeKernel,
    });
    this.#watch = new ThreadWatch(
      {
        threadStarted: (tid, pid) => this.#follow(tid, pid),
        threadEnded: (tid) => this.#sampler.unfollow(tid),
      },
      { procRoot },
    );
    this.#sampler.start();
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
    const { cursor } = this.#sampler;
    while (cursor.next()) this.#add();
  }

  /** The same with the counts of this very moment. */
  flush(): void {
    this.#sampler.flush();
    this.poll();
  }

  /** Of threads while they ran on a node; 0 when none did. */
  from(nodeId: number): Readonly<CountedAccesses> {
    return this.#byNode.get(nodeId) ?? { local: 0, remote: 0 };
  }

  /** Where the counts are from, and what is not among them. */
  get support(): Support {
    const { support } = this.#options.events;
    if (!support.ok) return support;
    const uncounted = this.#sampler.uncounted();
    const limits = uncounted.map(
      ({ threads, refusal }) => `${threads} threads are not counted: ${refusal.reason}`,
    );
    if (this.#unscheduled > 0) limits.push(`${this.#unscheduled} threads found no free counter`);
    if (this.#withoutNode > 0) {
      limits.push(`${this.#withoutNode} accesses of threads whose node was not known are left out`);
    }
    limits.push('a thread that changes nodes is counted where it ran at the last look');
    if (support.degraded !== undefined) limits.unshift(support.degraded);
    return { ...support, degraded: limits.join('; ') };
  }

  /** Idempotent; the counts stay. */
  close(): void {
    this.#watch.close();
    this.#sampler.close();
  }

  #follow(tid: number, pid: number): void {
    this.#threads.set(tid, { pid, local: 0, remote: 0 });
    this.#sampler.follow(tid);
  }

  #add(): void {
    const { cursor } = this.#sampler;
    const seen = this.#threads.get(cursor.tid);
    if (seen === undefined) return;
    if ((cursor.status & UNSCHEDULED) !== 0) {
      this.#unscheduled++;
      return;
    }
    if (cursor.count < 2) return;
    const local = cursor.value(0) - seen.local;
    const remote = cursor.value(1) - seen.remote;
    seen.local += local;
    seen.remote += remote;
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
