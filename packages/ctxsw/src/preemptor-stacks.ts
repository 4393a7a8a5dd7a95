import {
  NO_STACK,
  RECORD_WORDS,
  RecordKind,
  cpuAt,
  kindAt,
  ranKernelStack,
  ranUserStack,
  tidAt,
  timestampAt,
  type EventSource,
  type RecordQuery,
} from '@hftmon/core';
import { stackTrace } from './stack-trace.js';
import type { StackTrace } from './types.js';

interface Run {
  readonly tid: number;
  readonly userId: number;
  readonly kernelId: number;
}

/**
 * Stacks of the tasks that ran while target threads waited, by where and when they began: the run of
 * the task that took a thread's CPU begins at the very ns in which the thread left it.
 */
export class PreemptorStacks {
  readonly #source: EventSource;
  readonly #runs = new Map<string, Run>();

  constructor(history: RecordQuery, source: EventSource) {
    this.#source = source;
    history.scan(({ u32, f64, count }) => {
      for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
        if (kindAt(u32, base) !== RecordKind.Ran) continue;
        const userId = ranUserStack(u32, base);
        const kernelId = ranKernelStack(u32, base);
        if (userId === NO_STACK && kernelId === NO_STACK) continue;
        const key = keyOf(cpuAt(u32, base), timestampAt(f64, base));
        this.#runs.set(key, { tid: tidAt(u32, base), userId, kernelId });
      }
    });
  }

  /** Stacks of the task that got a CPU at that time, ns since the session epoch. */
  of(tid: number, cpu: number, timestampNs: number): StackTrace | undefined {
    const run = this.#runs.get(keyOf(cpu, timestampNs));
    if (run?.tid !== tid) return undefined;
    const { tasks, stacks } = this.#source;
    const pid = tasks.lookup(tid, timestampNs)?.pid ?? 0;
    return stackTrace(stacks, pid, run.userId, run.kernelId);
  }
}

function keyOf(cpu: number, timestampNs: number): string {
  return `${cpu} ${timestampNs}`;
}
