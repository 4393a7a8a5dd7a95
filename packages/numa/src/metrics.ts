import type { MetricSupport, Support } from '@hftmon/core';
import { unsupported } from './support/absent.js';
import type { HostBalancing, NUMAStats, TargetReport } from './types.js';

/** What the values of the metrics are made of. */
export interface MetricParts {
  readonly nodes: readonly NUMAStats[];
  readonly targets: readonly TargetReport[];
  readonly balancing: HostBalancing | undefined;
}

/** Values of `meta.metrics` by name; one that could not be had is left out. */
export function metricValues({ nodes, targets, balancing }: MetricParts): Record<string, number> {
  const local = total(nodes.map((node) => node.localAccesses));
  const remote = total(nodes.map((node) => node.remoteAccesses));
  const traffic = total(nodes.map((node) => node.bandwidthMbPerSec));
  const ofTargets = total(nodes.map((node) => node.targetTraffic?.totalMbPerSec));
  const sampled = nodes.flatMap(({ accessEstimate }) => accessEstimate ?? []);
  const sampledLocal = total(sampled.map((estimate) => estimate.local)) ?? 0;
  const sampledAll = sampledLocal + (total(sampled.map((estimate) => estimate.remote)) ?? 0);
  const values: Record<string, number | undefined> = {
    resident_bytes: total(nodes.flatMap(({ pages }) => pages.map(({ bytes }) => bytes))),
    remote_bytes: total(
      nodes.flatMap(({ pages }) => pages.map(({ bytes, threads }) => (threads === 0 ? bytes : 0))),
    ),
    local_access_count: local,
    remote_access_count: remote,
    local_access_ratio: shareOf(local, remote),
    sampled_local_ratio: sampledAll === 0 ? undefined : sampledLocal / sampledAll,
    inter_socket_overhead_us: total(nodes.map((node) => node.interSocketOverheadUs)),
    memory_bytes_per_second: traffic === undefined ? undefined : traffic * 1e6,
    target_bytes_per_second: ofTargets === undefined ? undefined : ofTargets * 1e6,
    allocation_miss_count: total(nodes.map(({ allocations }) => allocations?.miss)),
    hint_fault_count: total(targets.map(({ hintFaults }) => hintFaults)),
    migrated_page_count: balancing?.pagesMigrated,
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

const NO_BALANCING = unsupported(
  'the kernel has no NUMA balancing (CONFIG_NUMA_BALANCING is off)',
  'none needed: nothing is moved behind your back',
);

/** Where the values were from in the run; empty before any node was looked at. */
export function metricSupport({ nodes, targets, balancing }: MetricParts): MetricSupport {
  const [node] = nodes;
  if (node === undefined) return new Map();
  const { sources } = node;
  const balanced: Support = { ok: true, tier: 'procfs', source: '/proc/vmstat' };
  const faults: Support = { ok: true, tier: 'procfs', source: '/proc/PID/task/TID/sched' };
  const counted = targets.length === 0 || targets.some((t) => t.hintFaults !== undefined);
  return new Map<string, Support>([
    ['resident_bytes', sources.pages],
    ['remote_bytes', sources.pages],
    ['local_access_count', sources.localAccesses],
    ['remote_access_count', sources.remoteAccesses],
    ['local_access_ratio', sources.localAccessRatio],
    ['sampled_local_ratio', sources.accessEstimate],
    ['inter_socket_overhead_us', sources.interSocketOverheadUs],
    ['memory_bytes_per_second', sources.bandwidthMbPerSec],
    ['target_bytes_per_second', sources.targetTraffic],
    ['allocation_miss_count', sources.allocations],
    ['hint_fault_count', balancing !== undefined && counted ? faults : NO_BALANCING],
    ['migrated_page_count', balancing === undefined ? NO_BALANCING : balanced],
  ]);
}

/** Sum of what is known; `undefined` when nothing is. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function shareOf(local: number | undefined, remote: number | undefined): number | undefined {
  if (local === undefined || remote === undefined) return undefined;
  return local + remote === 0 ? 0 : local / (local + remote);
}
