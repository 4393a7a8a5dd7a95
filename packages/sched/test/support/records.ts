import { RecordKind, SwitchFlag } from '@hftmon/core';
import type { FakeRecord } from '@hftmon/testkit';

const FUTEX = process.arch === 'arm64' ? 98 : 202;

export interface SwitchFields {
  readonly tid?: number;
  readonly timestampNs?: number;
  readonly durationNs?: number;
  readonly next?: number;
  readonly previous?: number;
  readonly waker?: number;
  readonly waitNs?: number;
  readonly flags?: number;
  /** -1 for none. */
  readonly syscall?: number;
  /** It was a wait for this lock; the system call is then futex(2). */
  readonly lock?: { readonly address: number; readonly operation: number } | undefined;
}

/** A Switch record, by default a voluntary one of thread 7 whose wake-up was seen. */
export function switchRecord(fields: SwitchFields = {}): FakeRecord {
  const { tid = 7, timestampNs = 1000, durationNs = 5000, next = 0, previous = 0 } = fields;
  const { waker = 0, waitNs = 0, lock } = fields;
  const { flags = SwitchFlag.Voluntary | SwitchFlag.WakeSeen } = fields;
  const { syscall = lock === undefined ? -1 : FUTEX } = fields;
  const words = [next, previous, waker, waitNs >>> 0, Math.floor(waitNs / 2 ** 32), ~0 >>> 0];
  return {
    kind: RecordKind.Switch,
    tid,
    timestampNs,
    durationNs,
    words: [...words, (flags | ((syscall + 1) << 16)) >>> 0, ...lockWords(lock)],
  };
}

export interface PiBoostFields {
  /** The holder. */
  readonly tid: number;
  /** 0: it is taken back. */
  readonly donor?: number;
  readonly timestampNs?: number;
  readonly old?: number;
  readonly lent?: number;
  readonly normal?: number;
  readonly donorNormal?: number;
  readonly address?: number;
  /** Of the futex. Default FUTEX_LOCK_PI. */
  readonly operation?: number;
}

/** A PiBoost record; by default a fair holder is lent 89, or has it taken back. */
export function piBoostRecord(fields: PiBoostFields): FakeRecord {
  const { tid, donor = 0, timestampNs = 1000, normal = 120, donorNormal = 89 } = fields;
  const { old = donor === 0 ? 89 : normal, lent = donor === 0 ? normal : donorNormal } = fields;
  const lock =
    donor === 0
      ? undefined
      : { address: fields.address ?? 0x1000, operation: fields.operation ?? 6 };
  const pair = (low: number, high: number): number => ((low & 0xffff) | (high << 16)) >>> 0;
  const words = [
    donor,
    pair(old, lent),
    pair(normal, donorNormal),
    lock === undefined ? 0 : FUTEX + 1,
  ];
  return { kind: RecordKind.PiBoost, tid, timestampNs, words: [...words, ...lockWords(lock)] };
}

/** A ThreadStart record. */
export function startRecord({ tid = 7, pid = 5, parent = 5, timestampNs = 0 }): FakeRecord {
  return { kind: RecordKind.ThreadStart, tid, timestampNs, words: [parent, pid] };
}

/** A ThreadExit record. */
export function exitRecord({ tid = 7, pid = 5, timestampNs = 0 }): FakeRecord {
  return { kind: RecordKind.ThreadExit, tid, timestampNs, words: [pid] };
}

function lockWords(lock: SwitchFields['lock']): [number, number] {
  if (lock === undefined) return [0, 0];
  const high = Math.floor(lock.address / 2 ** 32);
  return [lock.address >>> 0, ((lock.operation << 24) | high) >>> 0];
}
