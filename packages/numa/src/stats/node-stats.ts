import type { SessionClock, Support } from '@hftmon/core';
import { interSocketOverhead } from '../accesses/overhead.js';
import type { HostSources } from '../monitor/host-sources.js';
import { heatmapOf, type ProcessCells } from '../heatmap/heatmap.js';
import type { HostCounters } from '../host/host-counters.js';
import type { LatencyMatrix } from '../host/latency-matrix.js';
import type { NumaHost } from '../host/numa-host.js';
import { SAMPLE_SOURCES, SOURCE_ORDER } from '../samples/sample-source.js';
import { present, unsupported, type Present } from '../support/absent.js';
import type { Measured } from '../support/measured.js';
import type { TargetMemory } from '../targets/target-memory.js';
import type { AccessEstimate, NUMAStats, NumaField, NumaQuery, TargetPages } from '../types.js';
import { hotSpots, type PlaceNames } from './hot-spots.js';

/** All that the statistics of a node are made of. */
export interface NodeStatsParts {
  readonly clock: SessionClock;
  /** When the host was looked at last, ns since the epoch. */
  readonly timestampNs: number;
  readonly host: NumaHost;
  readonly latencies: LatencyMatrix;
  readonly counters: HostCounters;
  readonly sources: HostSources;
  /** Cells of a target in the resolution asked for: the best that there are. */
  readonly cellsOf: (target: TargetMemory, query: NumaQuery) => ProcessCells;
  readonly names: PlaceNames;
}

const DEFAULT_HOT_SPOTS = 10;
const NO_TARGET = unsupported('no process is attached', 'attach one');
const NO_ADDRESSES = unsupported(
  'no addresses were sampled',
  'hftmon stat --sample-accesses or --damon (options sampleAccesses and damon), or watch with the cache collector, which samples addresses',
);

/** What the targets do with one node. */
export function nodeStats(
  nodeId: number,
  targets: readonly TargetMemory[],
  query: NumaQuery,
  parts: NodeStatsParts,
): NUMAStats {
  const { clock, timestampNs, host, latencies, counters, sources: counting } = parts;
  const local = counting.localAccesses(nodeId);
  const remote = counting.remoteAccesses(nodeId);
  const { addressLimit } = counting;
  const overhead = interSocketOverhead(host, latencies, nodeId, remote);
  const estimate = accessEstimate(nodeId, targets, addressLimit);
  const traffic = counting.bytesPerSecond(nodeId);
  const ofTargets = counting.targetTraffic(nodeId);
  const allocations = counters.allocations(nodeId);
  const asked = targets.map((target) => parts.cellsOf(target, query));
  const fine = targets.map((target) => parts.cellsOf(target, { resolution: 'cache_line' }));
  const hot = heatmapOf(nodeId, 'cache_line', fine.filter(isMeasured));
  const heatmap = heatmapOf(nodeId, query.resolution ?? 'page', asked);
  const pages = targets.flatMap((target) => targetPages(nodeId, target));
  const sources: Record<NumaField, Support> = {
    localAccesses: local.support,
    remoteAccesses: remote.support,
    localAccessRatio: local.support.ok ? remote.support : local.support,
    accessEstimate: estimate.support,
    bandwidthMbPerSec: traffic.support,
    targetTraffic: ofTargets.support,
    hotSpots: fine.find(isMeasured)?.support ?? addressLimit ?? NO_ADDRESSES,
    interSocketOverheadUs: overhead.support,
    heatmap: asked[0]?.support ?? NO_TARGET,
    pages: targets[0]?.support ?? NO_TARGET,
    allocations:
      allocations === undefined
        ? unsupported(`the kernel does not count the allocations of node ${nodeId}`, 'none')
        : present('procfs', `node${nodeId}/numastat`),
  };
  return {
    timestamp: clock.toDate(timestampNs),
    timestampNs,
    nodeId,
    localAccesses: local.value,
    remoteAccesses: remote.value,
    localAccessRatio: ratio(local.value, remote.value),
    accessEstimate: estimate.value,
    bandwidthMbPerSec: traffic.value === undefined ? undefined : traffic.value / 1e6,
    targetTraffic: ofTargets.value,
    hotSpots: hotSpots(hot.cells, query.hotSpots ?? DEFAULT_HOT_SPOTS, parts.names),
    interSocketOverheadUs: overhead.value,
    ...(query.includeHeatmap === true && { heatmap }),
    pages,
    allocations,
    sources,
  };
}

/** Do the cells tell what was accessed, and not only what is there? */
function isMeasured({ measured }: ProcessCells): boolean {
  return measured;
}

function ratio(local: number | undefined, remote: number | undefined): number | undefined {
  if (local === undefined || remote === undefined) return undefined;
  return local + remote === 0 ? 0 : local / (local + remote);
}

/** Sums up the best source that any of the targets has samples of. */
function accessEstimate(
  nodeId: number,
  targets: readonly TargetMemory[],
  limit: Support | undefined,
): Measured<AccessEstimate> {
  const source = SOURCE_ORDER.find((name) =>
    targets.some(({ samples }) => samples.source === name),
  );
  if (source === undefined) return { value: undefined, support: limit ?? NO_ADDRESSES };
  const sum = { local: 0, remote: 0, unknown: 0 };
  for (const { samples } of targets) {
    if (samples.source !== source) continue;
    const counts = samples.accessesFrom(nodeId);
    if (counts === undefined) continue;
    sum.local += counts.local;
    sum.remote += counts.remote;
    sum.unknown += counts.unknown;
  }
  const known = sum.local + sum.remote;
  return {
    value: { source, ...sum, ...(known > 0 && { localRatio: sum.local / known }) },
    support: limited(SAMPLE_SOURCES[source], limit),
  };
}

/** The source, with what it misses. */
function limited(source: Present, limit: Support | undefined): Present {
  if (limit === undefined || limit.ok) return source;
  const notes = [source.degraded, limit.reason].filter((note) => note !== undefined);
  const remedies = [source.remedy, limit.remedy].filter((remedy) => remedy !== undefined);
  return { ...source, degraded: notes.join('; '), remedy: remedies.join('; ') };
}

function targetPages(nodeId: number, target: TargetMemory): TargetPages[] {
  const { placement, threads } = target;
  if (placement === undefined) return [];
  const here = placement.nodes.find((node) => node.nodeId === nodeId);
  return [
    {
      pid: target.target.pid,
      comm: target.target.comm,
      pages: here?.pages ?? 0,
      bytes: here?.bytes ?? 0,
      workingBytes: placement.working.find((node) => node.nodeId === nodeId)?.bytes ?? 0,
      threads: threads.filter((thread) => thread.nodeId === nodeId).length,
      method: placement.method,
      seenFraction: placement.seenFraction,
      timestampNs: placement.timestampNs,
    },
  ];
}
