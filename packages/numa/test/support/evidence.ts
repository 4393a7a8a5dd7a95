import { FakeRoots } from '@hftmon/testkit';
import { publishedLatencies } from '../../src/host/latency-matrix.js';
import { readNumaHost } from '../../src/host/numa-host.js';
import { parseNumaMaps } from '../../src/placement/numa-maps.js';
import { placementOf } from '../../src/placement/process-placement.js';
import type { ProcessEvidence } from '../../src/recommend/process-evidence.js';
import type { ThreadPlace } from '../../src/threads/thread-places.js';
import { INTEL_TWO_SOCKETS, writeFakeNodes, type FakeNode } from './fake-nodes.js';

/** A thread that is pinned to one node, where nothing else is said. */
export function threadOn(nodeId: number, facts: Partial<ThreadPlace> = {}): ThreadPlace {
  return {
    tid: 4242,
    comm: 'engine',
    cpu: 4 * nodeId,
    nodeId,
    allowedCpus: `${4 * nodeId}-${4 * nodeId + 3}`,
    allowedNodes: [nodeId],
    onCpuNs: 1e9,
    ...facts,
  };
}

/** Evidence of process 4242 with these lines of numa_maps, on two Intel sockets. */
export function evidenceOf(
  numaMaps: string,
  facts: Partial<ProcessEvidence> = {},
  nodes: readonly FakeNode[] = INTEL_TWO_SOCKETS,
): ProcessEvidence {
  using roots = new FakeRoots();
  writeFakeNodes(roots, nodes);
  const host = readNumaHost(roots.sysRoot);
  return {
    pid: 4242,
    comm: 'engine',
    host,
    latencies: publishedLatencies(host),
    placement: placementOf({
      pid: 4242,
      timestampNs: 0,
      method: 'numa_maps',
      seenFraction: 1,
      mappings: parseNumaMaps(numaMaps),
    }),
    threads: [threadOn(0)],
    cpuNsByNode: new Map(),
    keptCpus: [],
    ...facts,
  };
}

/** 64 MiB on node 1 under the default policy, and a little on node 0. */
export const FAR_HEAP =
  '7f0000000000 default heap anon=16384 N1=16384 kernelpagesize_kB=4\n7ffe00000000 default stack anon=5 N0=5 kernelpagesize_kB=4\n';

/** The same on node 0. */
export const NEAR_HEAP = FAR_HEAP.replace('N1=', 'N0=');
