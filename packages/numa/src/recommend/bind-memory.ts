import { misplacedMemory } from './misplaced.js';
import type { Rule } from './process-evidence.js';
import { remoteCost } from './remote-cost.js';

/** Start the process so that its memory comes from the node that it runs on. */
export const bindMemory: Rule = (evidence) => {
  const misplaced = misplacedMemory(evidence);
  if (misplaced === undefined) return [];
  const { pid, comm } = evidence;
  const { nodeId } = misplaced.home;
  const cost = remoteCost(evidence, nodeId, misplaced.nodes[0]!.nodeId);
  return [
    {
      rule: 'bind-memory',
      pid,
      summary: `start ${comm} with CPUs and memory of node ${nodeId}`,
      when: 'at_start',
      evidence: [...misplaced.evidence, ...cost.facts],
      expectedEffect: cost.sentence,
      command: `numactl --cpunodebind=${nodeId} --membind=${nodeId} -- COMMAND`,
      call: 'set_mempolicy(MPOL_BIND, …) before the first allocation',
      caution: `with --membind the process is killed when node ${nodeId} has no memory left; --preferred=${nodeId} falls back to other nodes instead`,
    },
  ];
};
