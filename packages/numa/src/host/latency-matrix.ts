import type { NumaHost } from './numa-host.js';

/** Read latencies between nodes, where they are known. */
export interface LatencyMatrix {
  /** Where they are from. */
  readonly source: string;
  /** ns from a CPU of a node to the memory of another (or the same); `undefined` when unknown. */
  readNs(from: number, to: number): number | undefined;
}

/** A latency that the user measured. */
export interface MeasuredLatency {
  readonly from: number;
  readonly to: number;
  readonly readNs: number;
}

/** Latencies that the kernel publishes: those of the nearest initiators of each memory. */
export function publishedLatencies(host: NumaHost): LatencyMatrix {
  const known = new Map<string, number>();
  for (const node of host.nodes) {
    for (const { initiators, readLatencyNs } of node.performance) {
      if (readLatencyNs === undefined) continue;
      for (const from of initiators) known.set(`${from} ${node.id}`, readLatencyNs);
    }
  }
  return matrixOf('HMAT, /sys/devices/system/node/nodeN/accessM/initiators', known);
}

/** Latencies from a list. */
export function listedLatencies(source: string, list: readonly MeasuredLatency[]): LatencyMatrix {
  return matrixOf(source, new Map(list.map(({ from, to, readNs }) => [`${from} ${to}`, readNs])));
}

/** The first matrix that knows any latency of an access to another node, else the last one. */
export function bestLatencies(host: NumaHost, candidates: readonly LatencyMatrix[]): LatencyMatrix {
  const ids = host.nodes.map(({ id }) => id);
  const knowsRemote = ({ readNs }: LatencyMatrix): boolean =>
    ids.some((from) => ids.some((to) => to !== from && readNs(from, to) !== undefined));
  return candidates.find(knowsRemote) ?? candidates.at(-1)!;
}

function matrixOf(source: string, known: ReadonlyMap<string, number>): LatencyMatrix {
  return { source, readNs: (from, to) => known.get(`${from} ${to}`) };
}
