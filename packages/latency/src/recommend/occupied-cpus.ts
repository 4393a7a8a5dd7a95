import type { TunableTask } from './tuning-host.js';

/** CPUs that threads of the targets have: nobody else is to be sent there. */
export class OccupiedCpus {
  /** Threads that may run on one CPU alone, by that. */
  readonly #pinned = new Map<number, TunableTask[]>();
  /** CPUs of threads that may not run on all. */
  readonly #wanted = new Set<number>();

  constructor(tasks: Iterable<TunableTask>, online: readonly number[]) {
    for (const task of tasks) {
      if (online.every((cpu) => task.allowed.includes(cpu))) continue;
      for (const cpu of task.allowed) this.#wanted.add(cpu);
      const [cpu, ...more] = task.allowed;
      if (cpu === undefined || more.length > 0) continue;
      const there = this.#pinned.get(cpu);
      if (there === undefined) this.#pinned.set(cpu, [task]);
      else there.push(task);
    }
  }

  /** Threads that can run on that CPU alone. */
  pinnedTo(cpu: number): readonly TunableTask[] {
    return this.#pinned.get(cpu) ?? [];
  }

  /** Is it one of the CPUs that some threads were confined to? */
  isWanted(cpu: number): boolean {
    return this.#wanted.has(cpu);
  }
}
