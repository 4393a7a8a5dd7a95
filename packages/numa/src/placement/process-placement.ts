import type { MappingKind, NumaMapping } from './numa-maps.js';
import type { MemoryPolicy } from './memory-policy.js';

/** Memory of one process, or of one of its mappings, on one node. */
export interface NodePages {
  readonly nodeId: number;
  /** As the kernel counts them: a hugetlbfs page is one, a transparent huge page 512. */
  readonly pages: number;
  readonly bytes: number;
}

/** Where the pages of one mapping are. */
export interface MappingPlacement {
  /** First address, hexadecimal. */
  readonly address: string;
  readonly kind: MappingKind;
  readonly file?: string;
  readonly pageBytes: number;
  /** This and what follows is absent when the placement was sampled. */
  readonly policy?: MemoryPolicy;
  readonly hugetlb?: boolean;
  readonly mostSharers?: number;
  /** By node, biggest first. */
  readonly nodes: readonly NodePages[];
}

/** How the pages were found. */
export type PlacementMethod = 'numa_maps' | 'sampled';

/** Where the pages of a process are, at one moment. */
export interface ProcessPlacement {
  readonly pid: number;
  /** When it was read, ns since the session epoch. */
  readonly timestampNs: number;
  /** `sampled`: only some pages were asked for, see `seenFraction`. */
  readonly method: PlacementMethod;
  /** Share of the process's pages that the counts are of: 1, or less when sampled. */
  readonly seenFraction: number;
  /** Every page seen, by node, in the order of the ids. */
  readonly nodes: readonly NodePages[];
  /** Those among them that the program works with: all but files of disks. */
  readonly working: readonly NodePages[];
  /** The mappings with most memory, biggest first. */
  readonly mappings: readonly MappingPlacement[];
  /** Mappings with pages that are not listed. */
  readonly mappingsLeftOut: number;
}

/** Mappings that a placement lists. */
const LISTED_MAPPINGS = 64;

/** A mapping as either method sees it. */
export type PlacedMapping = Pick<
  NumaMapping,
  'start' | 'kind' | 'file' | 'pagesByNode' | 'pageBytes'
> &
  Partial<Pick<NumaMapping, 'policy' | 'hugetlb' | 'mostSharers'>>;

/** What a method found, before it is put in order. */
export interface PlacementParts extends Pick<
  ProcessPlacement,
  'pid' | 'timestampNs' | 'method' | 'seenFraction'
> {
  readonly mappings: readonly PlacedMapping[];
}

/** Memory that has the form of a file, but no disk behind it. */
const MEMORY_FILE = /^\/(dev\/shm\/|dev\/hugepages\/|memfd:|SYSV|anon_hugepage)/;

/** Sums up the mappings of a process. */
export function placementOf({ mappings, ...facts }: PlacementParts): ProcessPlacement {
  const all = new Map<number, NodePages>();
  const working = new Map<number, NodePages>();
  const placed: { readonly bytes: number; readonly mapping: PlacedMapping }[] = [];
  for (const mapping of mappings) {
    let bytes = 0;
    for (const [nodeId, pages] of mapping.pagesByNode) {
      const here = { nodeId, pages, bytes: pages * mapping.pageBytes };
      add(all, here);
      if (isWorkingMemory(mapping)) add(working, here);
      bytes += here.bytes;
    }
    if (bytes > 0) placed.push({ bytes, mapping });
  }
  placed.sort((a, b) => b.bytes - a.bytes || a.mapping.start - b.mapping.start);
  return {
    ...facts,
    nodes: inOrder(all),
    working: inOrder(working),
    mappings: placed.slice(0, LISTED_MAPPINGS).map(({ mapping }) => mappingPlacement(mapping)),
    mappingsLeftOut: Math.max(0, placed.length - LISTED_MAPPINGS),
  };
}

/** Is it memory that the program works with, rather than a file of a disk? */
export function isWorkingMemory({
  kind,
  file = '',
  hugetlb,
}: Pick<MappingPlacement, 'kind' | 'file' | 'hugetlb'>): boolean {
  return kind !== 'file' || hugetlb === true || MEMORY_FILE.test(file);
}

function add(sums: Map<number, NodePages>, { nodeId, pages, bytes }: NodePages): void {
  const sum = sums.get(nodeId);
  sums.set(nodeId, {
    nodeId,
    pages: (sum?.pages ?? 0) + pages,
    bytes: (sum?.bytes ?? 0) + bytes,
  });
}

function inOrder(sums: ReadonlyMap<number, NodePages>): NodePages[] {
  return [...sums.values()].sort((a, b) => a.nodeId - b.nodeId);
}

function mappingPlacement(mapping: PlacedMapping): MappingPlacement {
  const { start, pagesByNode, ...facts } = mapping;
  return {
    address: `0x${start.toString(16)}`,
    kind: facts.kind,
    ...(facts.file !== undefined && { file: facts.file }),
    pageBytes: facts.pageBytes,
    ...(facts.policy !== undefined && { policy: facts.policy }),
    ...(facts.hugetlb !== undefined && { hugetlb: facts.hugetlb }),
    ...(facts.mostSharers !== undefined && { mostSharers: facts.mostSharers }),
    nodes: [...pagesByNode]
      .map(([nodeId, pages]) => ({ nodeId, pages, bytes: pages * facts.pageBytes }))
      .sort((a, b) => b.bytes - a.bytes || a.nodeId - b.nodeId),
  };
}
