import type { Mapping, MemoryMap } from '@hftmon/perf-native';
import { kindOfPath } from './kind-of-path.js';
import type { PageNodes } from './page-nodes.js';
import { placementOf, type PlacedMapping, type ProcessPlacement } from './process-placement.js';
import { sampleAddresses } from './sample-addresses.js';

/** What is known of the process that is sampled. */
export interface SampledProcess {
  readonly pid: number;
  readonly timestampNs: number;
  readonly map: MemoryMap;
  /** Pages in memory. */
  readonly residentPages: number;
  /** Size of a page of the kernel. */
  readonly pageBytes: number;
}

/**
 * Placement of a process too big to be walked through: asks for evenly spread pages. Counts are
 * of the pages asked for that are in memory; nothing is extrapolated.
 */
export function samplePlacement(
  process: SampledProcess,
  pageNodes: PageNodes,
  most: number,
): ProcessPlacement {
  const { pid, timestampNs, map, residentPages, pageBytes } = process;
  const { addresses, mappings } = sampleAddresses(map, pageBytes, most);
  const nodes = new Int32Array(addresses.length);
  pageNodes(pid, addresses, nodes);
  const byMapping = new Map<number, Map<number, number>>();
  let seen = 0;
  nodes.forEach((node, i) => {
    if (node < 0) return;
    seen++;
    const counts = byMapping.get(mappings[i]!) ?? new Map<number, number>();
    counts.set(node, (counts.get(node) ?? 0) + 1);
    byMapping.set(mappings[i]!, counts);
  });
  return placementOf({
    pid,
    timestampNs,
    method: 'sampled',
    seenFraction: residentPages === 0 ? 1 : Math.min(1, seen / residentPages),
    mappings: [...byMapping].map(([index, counts]) =>
      sampledMapping(map.mappings[index]!, counts, pageBytes),
    ),
  });
}

function sampledMapping(
  { start, path }: Mapping,
  pagesByNode: ReadonlyMap<number, number>,
  pageBytes: number,
): PlacedMapping {
  const kind = kindOfPath(path);
  return {
    start: Number(start),
    kind,
    ...(kind === 'file' && { file: path }),
    pagesByNode,
    pageBytes,
  };
}
