import {
  InterruptFlag,
  RecordKind,
  SoftirqFlag,
  VectorFlag,
  VectorType,
  WorkFlag,
} from '@hftmon/core';
import type { FakeRecord } from '@hftmon/testkit';

interface Common {
  readonly tid?: number;
  readonly cpu?: number;
  readonly timestampNs?: number;
  readonly durationNs?: number;
  readonly netNs?: number;
  readonly flags?: number;
}

function low(value: number): number {
  return value >>> 0;
}

function high(value: number): number {
  return Math.floor(value / 2 ** 32);
}

function record(kind: number, common: Common, rest: (words: number[]) => void): FakeRecord {
  const { tid = 7, cpu = 0, timestampNs = 1000, durationNs = 5000 } = common;
  const { netNs = durationNs, flags = 1 } = common;
  const words = [0, low(netNs), high(netNs), flags, 0, 0, 0, 0, 0];
  rest(words);
  return { kind, tid, cpu, timestampNs, durationNs, words };
}

export function hardIrqRecord(irq: number, common: Common = {}): FakeRecord {
  return record(RecordKind.HardIrq, common, (words) => {
    words[0] = irq;
  });
}

/** A softirq; with `delayNs` its raise was seen. */
export function softirqRecord(
  vector: number,
  { delayNs, raiser = 0, ...common }: Common & { delayNs?: number; raiser?: number } = {},
): FakeRecord {
  const seen = delayNs === undefined ? 0 : SoftirqFlag.RaiseSeen;
  const flags = (common.flags ?? 1) | seen;
  return record(RecordKind.Softirq, { ...common, flags }, (words) => {
    words[0] = vector;
    words[4] = low(delayNs ?? 0);
    words[5] = high(delayNs ?? 0);
    words[6] = raiser;
  });
}

export interface SenderFields {
  readonly tid: number;
  readonly cpu: number;
  readonly sends: number;
  readonly callSite: bigint;
  /** Of a TLB shootdown: pages, and the system call's number (-1 none). */
  readonly pages?: number;
  readonly syscall?: number;
}

/** An APIC vector; with `sender` its sender was seen. */
export function vectorRecord(
  type: number = VectorType.LocalTimer,
  { sender, ...common }: Common & { sender?: SenderFields } = {},
): FakeRecord {
  const seen = sender === undefined ? 0 : VectorFlag.SenderSeen;
  const flags = (common.flags ?? 1) | seen;
  return record(RecordKind.Vector, { ...common, flags }, (words) => {
    words[0] = type;
    if (sender === undefined) return;
    words[4] = sender.tid;
    words[5] = ((sender.sends << 16) | sender.cpu) >>> 0;
    words[6] = Number(sender.callSite & 0xffff_ffffn);
    words[7] = Number(sender.callSite >> 32n);
    const { pages = 0, syscall = -1 } = sender;
    words[8] = (((syscall + 1) << 20) | pages) >>> 0;
  });
}

/** Work during which a target waited; with `delayNs` it was seen being queued. */
export function workRecord({
  tid = 30,
  delayNs,
  address = 0n,
  ...common
}: Common & { delayNs?: number; address?: bigint }): FakeRecord {
  return record(RecordKind.Work, { ...common, tid }, (words) => {
    words[0] = Number(address & 0xffff_ffffn);
    words[1] = Number(address >> 32n);
    words[2] = InterruptFlag.TargetWaiting | (delayNs === undefined ? 0 : WorkFlag.QueueSeen);
    words[3] = low(delayNs ?? 0);
    words[4] = high(delayNs ?? 0);
  });
}

export function nmiRecord(handler: bigint, common: Common = {}): FakeRecord {
  return record(RecordKind.Nmi, common, (words) => {
    words[4] = Number(handler & 0xffff_ffffn);
    words[5] = Number(handler >> 32n);
  });
}
