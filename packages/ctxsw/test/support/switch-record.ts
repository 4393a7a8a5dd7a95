import { RecordKind, SwitchFlag } from '@hftmon/core';
import type { FakeRecord } from '@hftmon/testkit';

export interface SwitchFields {
  readonly tid?: number;
  readonly cpu?: number;
  readonly cpuFrom?: number;
  readonly timestampNs?: number;
  readonly durationNs?: number;
  readonly next?: number;
  readonly previous?: number;
  readonly waker?: number;
  readonly waitNs?: number;
  /** Absent: not known. */
  readonly depth?: number;
  readonly userStack?: number;
  readonly kernelStack?: number;
  readonly flags?: number;
  /** -1 for none. */
  readonly syscall?: number;
}

/** A Switch record, by default a voluntary one. */
export function switchRecord(fields: SwitchFields = {}): FakeRecord {
  const { tid = 7, cpu = 0, cpuFrom = cpu, timestampNs = 1000, durationNs = 5000 } = fields;
  const { next = 0, previous = 0, waker = 0, waitNs = 0, syscall = -1 } = fields;
  const { userStack = 0xffff, kernelStack = 0xffff, depth = 0 } = fields;
  const { flags: given = SwitchFlag.Voluntary } = fields;
  const flags = fields.depth === undefined ? given : given | SwitchFlag.DepthSeen;
  const waitHigh = Math.floor(waitNs / 2 ** 32);
  return {
    kind: RecordKind.Switch,
    tid,
    cpu,
    timestampNs,
    durationNs,
    words: [
      next,
      previous,
      waker,
      waitNs >>> 0,
      ((cpuFrom << 16) | (depth << 8) | waitHigh) >>> 0,
      ((kernelStack << 16) | userStack) >>> 0,
      (flags | ((syscall + 1) << 16)) >>> 0,
    ],
  };
}

export interface RanFields {
  readonly tid: number;
  readonly cpu?: number;
  readonly timestampNs?: number;
  readonly durationNs?: number;
  readonly userStack?: number;
  readonly kernelStack?: number;
}

/** A Ran record, by default without stacks. */
export function ranRecord(fields: RanFields): FakeRecord {
  const { tid, cpu = 0, timestampNs = 1000, durationNs = 5000 } = fields;
  const { userStack = 0xffff, kernelStack = 0xffff } = fields;
  const stacks = ((kernelStack << 16) | userStack) >>> 0;
  return { kind: RecordKind.Ran, tid, cpu, timestampNs, durationNs, words: [1, stacks] };
}

/** A Migrate record. */
export function migrateRecord(
  from: number,
  to: number,
  { tid = 7, mover = 0, timestampNs = 1000 } = {},
): FakeRecord {
  return { kind: RecordKind.Migrate, tid, timestampNs, words: [from, to, mover] };
}
