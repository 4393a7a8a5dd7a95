import { KERNEL_KINDS, type KindCounts, type LossCounts } from '@hftmon/core';
import { COUNTS, CPU } from '../layout.js';
import { readU64At } from './shared-memory.js';

/** Sums the loss accounts that the probes keep per CPU and kind. */
export function readLosses(view: Uint32Array, cpus: number, untrackedThreads: number): LossCounts {
  const byCpu: KindCounts[] = [];
  const kinds = Array.from({ length: KERNEL_KINDS }, zero);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const sum = zero();
    for (let kind = 0; kind < KERNEL_KINDS; kind++) {
      const at = cpu * CPU.bytes + CPU.counts + kind * COUNTS.bytes;
      for (const field of FIELDS) {
        const value = readU64At(view, at + COUNTS[field]);
        sum[field] += value;
        kinds[kind]![field] += value;
      }
    }
    byCpu.push(sum);
  }
  const total = byCpu.reduce((a, b) => add(a, b), zero());
  const byKind = new Map<number, KindCounts>();
  kinds.forEach((counts, kind) => {
    if (counts.seen > 0) byKind.set(kind, counts);
  });
  return { ...total, byKind, byCpu, untrackedThreads };
}

/** The same sum of what was dropped alone. Cheap, and makes no object. */
export function readDropped(view: Uint32Array, cpus: number): number {
  let dropped = 0;
  for (let cpu = 0; cpu < cpus; cpu++) {
    for (let kind = 0; kind < KERNEL_KINDS; kind++) {
      const at = cpu * CPU.bytes + CPU.counts + kind * COUNTS.bytes;
      dropped += readU64At(view, at + COUNTS.dropped);
    }
  }
  return dropped;
}

const FIELDS = ['seen', 'emitted', 'filtered', 'dropped'] as const;

type MutableCounts = { -readonly [Field in keyof KindCounts]: number };

function zero(): MutableCounts {
  return { seen: 0, emitted: 0, filtered: 0, dropped: 0 };
}

function add(into: MutableCounts, from: KindCounts): MutableCounts {
  for (const field of FIELDS) into[field] += from[field];
  return into;
}
