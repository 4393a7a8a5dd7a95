import { kindAt, tidAt, timestampAt } from '../record/fields.js';
import {
  TaskFlag,
  taskCgroup,
  taskComm,
  taskFlags,
  taskPid,
  taskPolicy,
  taskPriority,
} from '../record/payload/task.js';
import { RECORD_WORDS } from '../record/record-descriptor.js';
import { RecordKind } from '../record/record-kind.js';
import type { RecordBatch } from '../ring/record-batch.js';
import { policyName } from './policy-name.js';
import type { TaskDirectory, TaskInfo } from './task-directory.js';

/** What a tid was from a time on. */
interface TimedTask {
  readonly fromNs: number;
  readonly info: TaskInfo;
}

/**
 * What a tid may have been: renames by exec or prctl, reuse of the number, and other priorities, which
 * change as often as a thread takes a lock that inherits them. Records may be a while late.
 */
const ENTRIES_PER_TID = 64;

/** Default bound: every thread of a large host several times over, about 10 MB. */
export const DEFAULT_TASK_CAP = 65_536;

/**
 * Task directory fed by the stream's Task records. Bounded: beyond `cap` tids, the one announced
 * longest ago is forgotten.
 */
export class TaskTable implements TaskDirectory {
  /** Oldest announcement first: a Map keeps its order of insertion. */
  readonly #tasks = new Map<number, TimedTask[]>();
  readonly #cap: number;

  constructor(cap: number = DEFAULT_TASK_CAP) {
    this.#cap = cap;
  }

  /** Number of tids known. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Takes the Task records out of a batch. Allocates for those alone. */
  onRecords(batch: RecordBatch): void {
    const { u32, f64 } = batch;
    for (let i = 0, base = 0; i < batch.count; i++, base += RECORD_WORDS) {
      if (kindAt(u32, base) === RecordKind.Task) this.add(u32, f64, base);
    }
  }

  /** Takes one Task record. */
  add(u32: Uint32Array, f64: Float64Array, base: number): void {
    const cgroupId = taskCgroup(u32, base);
    this.set(
      {
        tid: tidAt(u32, base),
        pid: taskPid(u32, base),
        comm: taskComm(u32, base),
        policy: policyName(taskPolicy(u32, base)),
        priority: taskPriority(u32, base),
        kernelThread: (taskFlags(u32, base) & TaskFlag.KernelThread) !== 0,
        ...(cgroupId === 0 ? {} : { cgroupId }),
      },
      timestampAt(f64, base),
    );
  }

  /** From `fromNs` on (ns since the epoch), `info.tid` is this task. */
  set(info: TaskInfo, fromNs: number): void {
    const entries = this.#tasks.get(info.tid) ?? [];
    this.#tasks.delete(info.tid);
    this.#tasks.set(info.tid, entries);
    const place = entries.findIndex((entry) => entry.fromNs > fromNs);
    const at = place < 0 ? entries.length : place;
    const previous = entries[at - 1];
    if (previous === undefined || !isSame(previous.info, info)) {
      entries.splice(at, 0, { fromNs, info });
      if (entries.length > ENTRIES_PER_TID) entries.shift();
    } else if (previous.info.cgroupId === undefined) {
      // Told by /proc first, which is silent about the cgroup.
      entries[at - 1] = { fromNs: previous.fromNs, info };
    }
    if (this.#tasks.size > this.#cap) this.#forgetOldest();
  }

  /**
   * The task that had this tid at that time, by default now. A time before the first
   * announcement gets the first: the record that refers to a task may begin before its entry.
   */
  lookup(tid: number, atNs = Infinity): TaskInfo | undefined {
    const entries = this.#tasks.get(tid);
    if (entries === undefined) return undefined;
    for (let i = entries.length - 1; i > 0; i--) {
      const entry = entries[i]!;
      if (entry.fromNs <= atNs) return entry.info;
    }
    return entries[0]?.info;
  }

  #forgetOldest(): void {
    for (const tid of this.#tasks.keys()) {
      this.#tasks.delete(tid);
      return;
    }
  }
}

function isSame(a: TaskInfo, b: TaskInfo): boolean {
  const oneIsUnknown = a.cgroupId === undefined || b.cgroupId === undefined;
  if (!oneIsUnknown && a.cgroupId !== b.cgroupId) return false;
  return a.pid === b.pid && a.comm === b.comm && a.policy === b.policy && a.priority === b.priority;
}
