import {
  MigrationReason,
  ReclaimReason,
  faultHugePages,
  memoryWorkOrder,
  memoryWorkPages,
  memoryWorkReason,
} from '@hftmon/core';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import type {
  CompactionDetails,
  NumaMigrationDetails,
  ReclaimDetails,
  ThpDetails,
} from '../types/details/memory.js';
import { longestFaults } from './own-details.js';
import { longestOf, sharesBy, sumNs } from './shares.js';

const RECLAIM: ReadonlyMap<number, ReclaimDetails['by'][0]['reason']> = new Map([
  [ReclaimReason.Host, 'host'],
  [ReclaimReason.Cgroup, 'cgroup'],
  [ReclaimReason.Node, 'node'],
]);

const MIGRATION: ReadonlyMap<number, NumaMigrationDetails['by'][0]['reason']> = new Map([
  [MigrationReason.NumaBalancing, 'numa_balancing'],
  [MigrationReason.Syscall, 'syscall'],
  [MigrationReason.Mbind, 'mbind'],
  [MigrationReason.Demotion, 'demotion'],
]);

export function reclaimDetails(slices: readonly Slice[]): ReclaimDetails {
  return { by: byReason(slices, RECLAIM), blockedNs: blockedNs(slices) };
}

export function numaMigrationDetails(slices: readonly Slice[]): NumaMigrationDetails {
  return { by: byReason(slices, MIGRATION), blockedNs: blockedNs(slices) };
}

export function compactionDetails(slices: readonly Slice[]): CompactionDetails {
  const { log, base } = longestOf(slices);
  const order = memoryWorkOrder(log.u32, base);
  return {
    pages: sumOf(slices, memoryWorkPages),
    ...(order < 0 ? {} : { order }),
    blockedNs: blockedNs(slices),
    count: recordsOf(slices).size,
  };
}

export function thpDetails(slices: readonly Slice[], scene: Scene): ThpDetails {
  return {
    pages: sumOf(slices, faultHugePages),
    blockedNs: blockedNs(slices),
    faults: longestFaults(slices, scene),
  };
}

function byReason<Reason>(
  slices: readonly Slice[],
  names: ReadonlyMap<number, Reason>,
): { reason: Reason; pages: number; ns: number; count: number }[] {
  const shares = sharesBy(slices, ({ log, base }) => memoryWorkReason(log.u32, base));
  return shares.map(({ key, ns, slices: pieces }) => ({
    reason: names.get(key)!,
    pages: sumOf(pieces, memoryWorkPages),
    ns,
    count: recordsOf(pieces).size,
  }));
}

/** Slices are pieces of records: each record counts once. */
function recordsOf(slices: readonly Slice[]): Map<number, Slice> {
  return new Map(slices.map((slice) => [slice.base, slice]));
}

function sumOf(slices: readonly Slice[], read: (u32: Uint32Array, base: number) => number): number {
  return [...recordsOf(slices).values()].reduce(
    (sum, { log, base }) => sum + read(log.u32, base),
    0,
  );
}

function blockedNs(slices: readonly Slice[]): number {
  return sumNs(slices.filter(({ blocked }) => blocked === true));
}
