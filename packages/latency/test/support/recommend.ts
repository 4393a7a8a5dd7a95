import { FakeRoots, writeFakeProcess } from '@hftmon/testkit';
import { onTestFinished } from 'vitest';
import { CauseTally } from '../../src/recommend/cause-tally.js';
import { recommend, type LatencyRecommendation } from '../../src/recommend/recommend.js';
import { TuningHost } from '../../src/recommend/tuning-host.js';
import type { DetailsByCause, LatencySpike, ObservedCause } from '../../src/index.js';
import { PID, TID } from './records.js';

/** A task of the fake host. */
export interface FakeTask {
  readonly tid: number;
  readonly comm: string;
  /** Default 0,1,2,3. */
  readonly allowed?: string;
  /** The kernel's PF_ flags. */
  readonly flags?: number;
  /** Policy number. Default 0, SCHED_OTHER. */
  readonly policy?: number;
  /** Field 18 of stat. Default 20. */
  readonly priority?: number;
  /** Process. Default: the tid. */
  readonly pid?: number;
  /** More lines of its status. */
  readonly status?: string;
}

/** A host of four CPUs with the thread `hot`, pinned to CPU 2, and the spikes that it had. */
export class Advised {
  readonly roots: FakeRoots;
  readonly tally = new CauseTally();
  /** Pids of the targets. */
  readonly targets = [PID];
  #spikes = 0;

  constructor(roots = new FakeRoots()) {
    this.roots = roots;
    onTestFinished(() => this.roots.dispose());
    this.roots.write('sys/devices/system/cpu/online', '0-3\n');
    this.roots.write('sys/devices/system/cpu/isolated', '\n');
    this.task({ tid: PID, comm: 'target' });
    this.task({ tid: TID, comm: 'hot', allowed: '2', pid: PID });
  }

  /** Adds a task, or changes it. */
  task(task: FakeTask): this {
    const { tid, comm, allowed = '0-3', flags = 0, policy = 0, priority = 20 } = task;
    writeFakeProcess(this.roots, { pid: tid, comm });
    const fields = Array.from({ length: 50 }, () => '0');
    fields[0] = 'S';
    fields[6] = String(flags);
    fields[15] = String(priority);
    fields[38] = String(policy);
    // A thread of a process is listed there.
    this.roots.write(`proc/${task.pid ?? tid}/task/${tid}/comm`, `${comm}\n`);
    this.roots.write(`proc/${tid}/stat`, `${tid} (${comm}) ${fields.join(' ')}\n`);
    this.roots.write(
      `proc/${tid}/status`,
      `Name:\t${comm}\nTgid:\t${task.pid ?? tid}\nCpus_allowed_list:\t${allowed}\n${task.status ?? ''}`,
    );
    return this;
  }

  /** Adds a spike of one cause. */
  spike<C extends ObservedCause>(
    cause: C,
    details: DetailsByCause[C],
    { ns = 100_000, cpu = 2, tid = TID, supersedes = [] as readonly number[] } = {},
  ): this {
    const part = { cause, causeClass: 'unknown', ns, details };
    this.tally.add({
      id: ++this.#spikes,
      pid: PID,
      tid,
      cpu,
      durationNs: ns,
      cause,
      details,
      receipt: { durationNs: ns, parts: [part], unexplainedNs: 0 },
      supersedes,
    } as unknown as LatencySpike);
    return this;
  }

  get all(): LatencyRecommendation[] {
    const { procRoot, sysRoot } = this.roots;
    return recommend(this.tally, new TuningHost({ procRoot, sysRoot, targets: this.targets }));
  }

  /** The first recommendation. @throws when there is none */
  get first(): LatencyRecommendation {
    const [first] = this.all;
    if (first === undefined) throw new Error('nothing is recommended');
    return first;
  }
}

/** Preemption by one task. */
export function preemption(tid: number, comm: string, ns: number, more: object = {}) {
  return {
    by: [{ tid, comm, ns, count: 1, policy: 'SCHED_OTHER', priority: 120, ...more }],
    count: 1,
    cpu: 2,
    inKernel: false,
  };
}
