import type { Rule } from './process-evidence.js';

/** Share of its rated bandwidth from which a node's memory is busy. */
const BUSY = 0.6;
/** Share of samples that a node must have to be a user of a mapping. */
const USER = 0.2;

/**
 * Spread memory that several nodes use over their memories, when the one that holds it is near its
 * rated bandwidth and another is less than half as busy.
 */
export const interleave: Rule = ({ pid, comm, host, used, bandwidth }) => {
  if (used === undefined || bandwidth === undefined) return [];
  const loads = host.memoryNodes.flatMap((nodeId) => {
    const mbPerSec = bandwidth.mbPerSecByNode.get(nodeId);
    const rated = host.nodes
      .find(({ id }) => id === nodeId)
      ?.performance.find(({ readBandwidthMbPerSec }) => readBandwidthMbPerSec !== undefined);
    if (mbPerSec === undefined || rated === undefined) return [];
    return [{ nodeId, mbPerSec, share: mbPerSec / rated.readBandwidthMbPerSec! }];
  });
  const busy = loads.find(({ share }) => share >= BUSY);
  const idle = loads.filter(({ share }) => busy !== undefined && share < busy.share / 2);
  if (busy === undefined || idle.length === 0) return [];
  return used.mappings.flatMap(({ mapping, samplesByCpuNode }) => {
    const total = [...samplesByCpuNode.values()].reduce((sum, count) => sum + count, 0);
    const users = [...samplesByCpuNode].filter(([, count]) => count >= USER * total);
    if (mapping.nodes[0]?.nodeId !== busy.nodeId || users.length < 2) return [];
    const nodes = [busy, ...idle].map(({ nodeId }) => nodeId).join(',');
    return [
      {
        rule: 'interleave' as const,
        pid,
        summary: `${comm}: threads on ${users.length} nodes use the mapping at ${mapping.address}, and the memory of node ${busy.nodeId} is near its bandwidth: interleave it`,
        when: 'in_code' as const,
        evidence: [
          ...loads.map(({ nodeId, mbPerSec }) => ({
            what: `traffic of the memory of node ${nodeId}`,
            value: mbPerSec,
            unit: 'MB/s',
            source: bandwidth.source,
          })),
          {
            what: `share of the rated read bandwidth of node ${busy.nodeId}`,
            value: busy.share,
            unit: 'ratio',
            source: 'HMAT, read_bandwidth',
          },
          ...users.map(([nodeId, count]) => ({
            what: `samples of the mapping from CPUs of node ${nodeId}`,
            value: count,
            unit: 'count',
            source: used.source,
          })),
        ],
        expectedEffect: `the traffic of this mapping is shared by the memories of nodes ${nodes}; each access is remote for some threads`,
        command: `numactl --interleave=${nodes} -- COMMAND`,
        call: `mbind(${mapping.address}, …, MPOL_INTERLEAVE, nodes ${nodes}, …, MPOL_MF_MOVE)`,
        caution:
          'latency of single accesses rises where they were local: for memory bound by bandwidth, not by latency',
      },
    ];
  });
};
