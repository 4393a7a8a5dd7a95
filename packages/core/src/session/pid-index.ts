import { kindAt, tidAt } from '../record/fields.js';
import { taskPid } from '../record/payload/task.js';
import { threadStartPid } from '../record/payload/thread-start.js';
import { RecordKind } from '../record/record-kind.js';
import type { TaskDirectory } from './task-directory.js';

/**
 * Process of a tid during one scan of the history, which carries tids alone. Exact also when a tid
 * was used again: Task and ThreadStart records stand in the stream before what refers to them.
 * Allocates per tid, not per record.
 */
export class PidIndex {
  readonly #tasks: TaskDirectory;
  readonly #pids = new Map<number, number>();
  #lastTid = -1;
  #lastPid = 0;

  constructor(tasks: TaskDirectory) {
    this.#tasks = tasks;
  }

  /** Shows it a record, in the order of the stream. */
  see(u32: Uint32Array, base: number): void {
    const kind = kindAt(u32, base);
    if (kind === RecordKind.Task) this.#set(tidAt(u32, base), taskPid(u32, base));
    else if (kind === RecordKind.ThreadStart) {
      this.#set(tidAt(u32, base), threadStartPid(u32, base));
    }
  }

  /** Process of the task that has this tid at this point of the scan; 0 when it was never told. */
  pidOf(tid: number, atNs: number): number {
    if (tid === this.#lastTid) return this.#lastPid;
    let pid = this.#pids.get(tid);
    if (pid === undefined) {
      // Told before the oldest record that is still held.
      pid = this.#tasks.lookup(tid, atNs)?.pid ?? 0;
      this.#pids.set(tid, pid);
    }
    this.#lastTid = tid;
    this.#lastPid = pid;
    return pid;
  }

  #set(tid: number, pid: number): void {
    this.#pids.set(tid, pid);
    this.#lastTid = -1;
  }
}
