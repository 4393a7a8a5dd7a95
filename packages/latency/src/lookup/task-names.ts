import { readFileSync } from 'node:fs';
import { taskRef, type EventSource, type TaskInfo, type TaskRef } from '@hftmon/core';

/** Says who tasks are. */
export class TaskNames {
  readonly #source: Pick<EventSource, 'tasks' | 'cgroups'>;
  readonly #procRoot: string;

  constructor(source: Pick<EventSource, 'tasks' | 'cgroups'>, procRoot: string) {
    this.#source = source;
    this.#procRoot = procRoot;
  }

  /** The task that had that number at that time, ns since the epoch. */
  info(tid: number, atNs: number): TaskInfo | undefined {
    return tid === 0 ? undefined : this.#source.tasks.lookup(tid, atNs);
  }

  /** The same in short, with its cgroup and container. */
  ref(tid: number, atNs: number): TaskRef {
    return taskRef(this.#source.tasks, tid, atNs, this.#source.cgroups);
  }

  /** Name of a target's thread; also asks /proc, for one that no record has named. */
  ofThread(pid: number, tid: number, atNs: number): string {
    const known = this.info(tid, atNs)?.comm;
    if (known !== undefined) return known;
    try {
      return readFileSync(`${this.#procRoot}/${pid}/task/${tid}/comm`, 'utf8').trimEnd();
    } catch {
      return '';
    }
  }

  /** Is it the kernel's thread that moves tasks from one CPU to another? */
  isMigrationThread(tid: number, atNs: number): boolean {
    const info = this.info(tid, atNs);
    return info !== undefined && info.kernelThread && info.comm.startsWith('migration/');
  }
}
