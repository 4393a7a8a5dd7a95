import { RecordKind, type EventSourceOptions } from '@hftmon/core';
import { resolveOptions, type LatencyOptions } from './latency-options.js';

/** Longest time on the CPU that a system call may take unseen, ns. */
const LONGEST_UNSEEN_SYSCALL_NS = 10_000;

/**
 * What the host should ask of the event source for this collector. System calls shorter than half
 * the lowest threshold are counted in the kernel and not told: that many make no spike, and there are
 * too many of them.
 */
export function recommendedSourceOptions(options: LatencyOptions = {}): EventSourceOptions {
  const { syscalls, thresholdNs, byName, byTid, adaptation } = resolveOptions(options);
  if (!syscalls) return {};
  const lowest = Math.min(
    thresholdNs,
    ...byName.map((entry) => entry.thresholdNs),
    ...byTid.values(),
    adaptation?.floorNs ?? Infinity,
  );
  const shortest = Math.min(Math.floor(lowest / 2), LONGEST_UNSEEN_SYSCALL_NS);
  return { minDurationNs: { [RecordKind.Syscall]: shortest } };
}
