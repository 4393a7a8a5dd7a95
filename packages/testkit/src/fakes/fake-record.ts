import {
  PAYLOAD_WORD,
  RECORD_PAYLOAD_WORDS,
  RecordKind,
  writeHeader,
  type TaskInfo,
} from '@hftmon/core';

/** A record made by a test. Absent fields are 0. */
export interface FakeRecord {
  /** A RecordKind, a plugin's kind, or any number up to 0xffff. */
  readonly kind: number;
  readonly tid?: number;
  readonly cpu?: number;
  /** Start, ns since the session epoch. */
  readonly timestampNs?: number;
  readonly durationNs?: number;
  /** `w0` to `w8`, 32 bits each; the payload functions of core say what is where. */
  readonly words?: readonly number[];
}

/** Writes a record into claimed or batch memory; `base` is its first word. */
export function writeFakeRecord(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  record: FakeRecord,
): void {
  const { kind, tid = 0, cpu = 0, timestampNs = 0, durationNs = 0, words = [] } = record;
  if (words.length > RECORD_PAYLOAD_WORDS) {
    throw new RangeError(`a record has ${RECORD_PAYLOAD_WORDS} words, not ${words.length}`);
  }
  writeHeader(u32, f64, base, kind, cpu, tid, timestampNs, durationNs);
  for (let w = 0; w < words.length; w++) u32[base + PAYLOAD_WORD + w] = words[w] ?? 0;
}

const POLICIES = ['SCHED_OTHER', 'SCHED_FIFO', 'SCHED_RR', 'SCHED_BATCH'];

/** The Task record that introduces a task. */
export function taskRecord(
  task: Pick<TaskInfo, 'tid' | 'comm'> & Partial<TaskInfo>,
  timestampNs = 0,
): FakeRecord {
  const { tid, comm, pid = tid, policy = 'SCHED_OTHER', priority = 120, kernelThread } = task;
  const { cgroupId = 0 } = task;
  const bytes = new Uint8Array(16);
  new TextEncoder().encodeInto(comm.slice(0, 15), bytes);
  const name = new Uint32Array(bytes.buffer);
  const scheduling = (Math.max(0, POLICIES.indexOf(policy)) | (priority << 16)) >>> 0;
  const words = [pid, scheduling, ...name, kernelThread === true ? 1 : 0, cgroupId];
  return { kind: RecordKind.Task, tid, timestampNs, words };
}
