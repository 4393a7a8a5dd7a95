import type { PageNodes } from '../placement/page-nodes.js';
import { AddressTable } from './address-table.js';
import type { SampleSource } from './sample-source.js';

/** Sampled accesses of the threads that ran on one node. */
export interface SampledAccesses {
  /** To memory of the same node. */
  readonly local: number;
  readonly remote: number;
  /** To pages whose node is not known: not in memory any more, or nobody to ask. */
  readonly unknown: number;
}

export interface AccessSamplesOptions {
  /** Size of what is told apart: a cache line, or a page where the line size is unknown. */
  readonly grainBytes: number;
  readonly pageBytes: number;
  /** Entries per source, a power of two. */
  readonly capacity: number;
}

/** Pages asked about in one call of the kernel. */
const BATCH = 4096;

/** Sampled addresses of one process, by source, and the nodes of their pages. */
export class AccessSamples {
  readonly #options: AccessSamplesOptions;
  #fromPmu: AddressTable | undefined;
  #fromClock: AddressTable | undefined;
  #nodeOfPage: ReadonlyMap<number, number> = new Map();

  constructor(options: AccessSamplesOptions) {
    this.#options = options;
  }

  /** Size of what is told apart, bytes. */
  get grainBytes(): number {
    return this.#options.grainBytes;
  }

  /** The best source that has samples. */
  get source(): SampleSource | undefined {
    if (this.#fromPmu !== undefined) return 'pmu_samples';
    return this.#fromClock === undefined ? undefined : 'cpu_clock_samples';
  }

  /** Samples of the best source that made room for others and cannot be told by address. */
  get evicted(): number {
    return this.#best()?.evicted ?? 0;
  }

  /**
   * Adds one sample. Allocates nothing but a table at the first sample of a source.
   * @param cpuNode - node of the CPU, -1 when unknown
   */
  add(source: SampleSource, address: number, tid: number, cpuNode: number): void {
    const table = source === 'pmu_samples' ? this.#pmuTable() : this.#clockTable();
    const { grainBytes } = this.#options;
    table.add(Math.floor(address / grainBytes) * grainBytes, tid, cpuNode);
  }

  /**
   * Asks the kernel where the pages of the samples are now.
   * @throws MonitorError when the process is gone or may not be looked at
   */
  locate(pid: number, pageNodes: PageNodes): void {
    const pages = new Set<number>();
    this.#best()?.forEach((address) => pages.add(this.#pageOf(address)));
    const nodeOfPage = new Map<number, number>();
    const all = [...pages];
    for (let from = 0; from < all.length; from += BATCH) {
      const batch = all.slice(from, from + BATCH);
      const nodes = new Int32Array(batch.length);
      pageNodes(pid, Float64Array.from(batch), nodes);
      batch.forEach((page, i) => {
        if (nodes[i]! >= 0) nodeOfPage.set(page, nodes[i]!);
      });
    }
    this.#nodeOfPage = nodeOfPage;
  }

  /** Node of the page that holds the address, as of the last {@link locate}. */
  nodeOf(address: number): number | undefined {
    return this.#nodeOfPage.get(this.#pageOf(address));
  }

  /** Visits the samples of the best source. */
  forEach(visit: (address: number, tid: number, cpuNode: number, samples: number) => void): void {
    this.#best()?.forEach(visit);
  }

  /** Sampled accesses of threads while they ran on a node; `undefined` without any sample. */
  accessesFrom(nodeId: number): SampledAccesses | undefined {
    if (this.source === undefined) return undefined;
    const counts = { local: 0, remote: 0, unknown: 0 };
    this.forEach((address, _tid, cpuNode, samples) => {
      if (cpuNode !== nodeId) return;
      const memoryNode = this.nodeOf(address);
      if (memoryNode === undefined) counts.unknown += samples;
      else if (memoryNode === nodeId) counts.local += samples;
      else counts.remote += samples;
    });
    return counts;
  }

  #pmuTable(): AddressTable {
    return (this.#fromPmu ??= new AddressTable(this.#options.capacity));
  }

  #clockTable(): AddressTable {
    return (this.#fromClock ??= new AddressTable(this.#options.capacity));
  }

  #best(): AddressTable | undefined {
    return this.#fromPmu ?? this.#fromClock;
  }

  #pageOf(address: number): number {
    const { pageBytes } = this.#options;
    return Math.floor(address / pageBytes) * pageBytes;
  }
}
