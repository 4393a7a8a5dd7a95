import type { EvidenceFact } from '@hftmon/core';
import { isWorkingMemory, type MappingPlacement } from '../placement/process-placement.js';
import { homeNode } from './home-node.js';
import type { ProcessEvidence, Rule } from './process-evidence.js';
import { remoteCost } from './remote-cost.js';

const LEAST_BYTES = 2 ** 20;
/** Share of a mapping on one node, and of its samples from one node. */
const MOST = 0.9;

/**
 * Memory under the default policy comes from the node of the thread that touches it first. Finds
 * mappings that are on another node than their users run on.
 */
export const firstTouch: Rule = (evidence) => {
  const { pid, comm, placement } = evidence;
  return placement.mappings.flatMap((mapping) => {
    const [most] = mapping.nodes;
    const bytes = mapping.nodes.reduce((sum, node) => sum + node.bytes, 0);
    if (
      most === undefined ||
      !isWorkingMemory(mapping) ||
      mapping.policy?.mode !== 'default' ||
      bytes < LEAST_BYTES ||
      most.bytes < MOST * bytes
    ) {
      return [];
    }
    const user = userNode(mapping, evidence);
    if (user === undefined || user.nodeId === most.nodeId) return [];
    const cost = remoteCost(evidence, user.nodeId, most.nodeId);
    return [
      {
        rule: 'first-touch' as const,
        pid,
        summary: `${comm}: the mapping at ${mapping.address} was touched first on node ${most.nodeId}, but is used from node ${user.nodeId}`,
        when: 'in_code' as const,
        evidence: [
          {
            what: `memory of the mapping on node ${most.nodeId}`,
            value: most.bytes,
            unit: 'bytes',
            source: '/proc/PID/numa_maps',
          },
          { what: 'policy of the mapping', value: 'default', source: '/proc/PID/numa_maps' },
          user.fact,
          ...cost.facts,
        ],
        expectedEffect: cost.sentence,
        call: `pin the thread that uses it to node ${user.nodeId} and let it write every page first, or mbind the mapping to node ${user.nodeId} before the first write`,
        caution: `the kernel also falls back to another node when node ${user.nodeId} has no free memory: look at its numa_foreign`,
      },
    ];
  });
};

/** The node that uses a mapping: by samples where there are any, else the home of the process. */
function userNode(
  mapping: MappingPlacement,
  evidence: ProcessEvidence,
): { readonly nodeId: number; readonly fact: EvidenceFact } | undefined {
  const counts = evidence.used?.mappings.find(
    (used) => used.mapping.address === mapping.address,
  )?.samplesByCpuNode;
  if (counts === undefined) {
    const home = homeNode(evidence);
    return home === undefined ? undefined : { nodeId: home.nodeId, fact: home.evidence };
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [nodeId, count] = [...counts].reduce((most, next) => (next[1] > most[1] ? next : most));
  if (count < MOST * total) return undefined;
  const what = `share of its ${total} samples from CPUs of node ${nodeId}`;
  const source = evidence.used!.source;
  return { nodeId, fact: { what, value: count / total, unit: 'ratio', source } };
}
