import { readCpuLists, type MemoryMap } from '@hftmon/perf-native';
import { optionalText } from '../files/read-text.js';
import type { LatencyMatrix } from '../host/latency-matrix.js';
import type { NumaHost } from '../host/numa-host.js';
import type { MappingPlacement, ProcessPlacement } from '../placement/process-placement.js';
import type { HugePageFacts, ProcessEvidence, UsedMapping } from '../recommend/process-evidence.js';
import { SAMPLE_SOURCES } from '../samples/sample-source.js';
import type { TargetMemory } from '../targets/target-memory.js';
import type { HostSources } from './host-sources.js';

/** Where evidence is gathered. */
export interface EvidenceParts {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly host: NumaHost;
  readonly latencies: LatencyMatrix;
  readonly traffic: Pick<HostSources, 'bytesPerSecond'>;
  readonly mapOf: (pid: number) => MemoryMap | undefined;
}

/** What is known of a target for recommendations; nothing when its pages were not seen. */
export function evidenceFor(
  target: TargetMemory,
  parts: EvidenceParts,
): ProcessEvidence | undefined {
  const { placement, threads, cpuNsByNode, hintFaults } = target;
  if (placement === undefined || target.ended) return undefined;
  const { host, latencies } = parts;
  const { pid, comm } = target.target;
  const mappings = usedMappings(target, placement, parts.mapOf(pid));
  const source = target.samples.source;
  const used = source !== undefined && { source: SAMPLE_SOURCES[source].source, mappings };
  // It costs a walk through the pages, so only for a rule that needs it, and of a small process.
  const walk = used !== false && placement.method === 'numa_maps';
  const hugePages = walk ? readHugePages(pid, parts) : undefined;
  const bandwidth = bandwidthOf(host, parts.traffic);
  const { isolated, nohzFull } = readCpuLists(parts.sysRoot);
  const balancingMode = optionalText(`${parts.procRoot}/sys/kernel/numa_balancing`)?.trim();
  return {
    pid,
    comm,
    host,
    latencies,
    placement,
    threads,
    cpuNsByNode,
    keptCpus: [...isolated, ...nohzFull],
    ...(hintFaults !== undefined && { hintFaults }),
    ...(balancingMode !== undefined && { balancingMode }),
    ...(used !== false && { used }),
    ...(hugePages !== undefined && { hugePages }),
    ...(bandwidth !== undefined && { bandwidth }),
  };
}

interface Using {
  readonly pages: Set<number>;
  readonly byCpuNode: Map<number, number>;
}

/** Sorts the samples into the mappings that the placement lists. */
function usedMappings(
  { samples }: TargetMemory,
  { mappings }: ProcessPlacement,
  map: MemoryMap | undefined,
): UsedMapping[] {
  if (map === undefined) return [];
  const byAddress = new Map(mappings.map((mapping) => [mapping.address, mapping]));
  const using = new Map<MappingPlacement, Using>();
  samples.forEach((address, _tid, cpuNode, count) => {
    const start = map.find(BigInt(address))?.start.toString(16);
    const mapping = byAddress.get(`0x${start}`);
    if (mapping === undefined) return;
    const use = using.get(mapping) ?? { pages: new Set(), byCpuNode: new Map() };
    use.pages.add(Math.floor(address / mapping.pageBytes));
    use.byCpuNode.set(cpuNode, (use.byCpuNode.get(cpuNode) ?? 0) + count);
    using.set(mapping, use);
  });
  return [...using].map(([mapping, { pages, byCpuNode }]) => ({
    mapping,
    sampledPages: pages.size,
    samplesByCpuNode: byCpuNode,
  }));
}

function readHugePages(
  pid: number,
  { procRoot, sysRoot }: EvidenceParts,
): HugePageFacts | undefined {
  const rollup = optionalText(`${procRoot}/${pid}/smaps_rollup`);
  const kilobytes = /^AnonHugePages:\s+(\d+) kB$/m.exec(rollup ?? '')?.[1];
  const modes = optionalText(`${sysRoot}/kernel/mm/transparent_hugepage/enabled`);
  const mode = /\[(\w+)\]/.exec(modes ?? '')?.[1];
  return kilobytes === undefined || mode === undefined
    ? undefined
    : { anonymousHugeBytes: Number(kilobytes) * 1024, mode };
}

function bandwidthOf(
  host: NumaHost,
  traffic: EvidenceParts['traffic'],
): ProcessEvidence['bandwidth'] {
  const mbPerSecByNode = new Map<number, number>();
  let source = '';
  for (const nodeId of host.memoryNodes) {
    const { value, support } = traffic.bytesPerSecond(nodeId);
    if (value === undefined || !support.ok) continue;
    mbPerSecByNode.set(nodeId, value / 1e6);
    source = support.source;
  }
  return mbPerSecByNode.size === 0 ? undefined : { source, mbPerSecByNode };
}
