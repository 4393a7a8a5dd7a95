import { misplacedMemory } from './misplaced.js';
import type { Rule } from './process-evidence.js';
import { remoteCost } from './remote-cost.js';

/** Move memory to the node that the process runs on, if it fits there. */
export const movePages: Rule = (evidence) => {
  const misplaced = misplacedMemory(evidence);
  if (misplaced === undefined) return [];
  const { pid, comm, host, placement } = evidence;
  const { home, nodes, bytes } = misplaced;
  const target = host.nodes.find(({ id }) => id === home.nodeId)?.memory;
  // A sample tells the share, not the bytes, so it cannot tell what has to fit.
  const needed = bytes / placement.seenFraction;
  if (target === undefined || target.freeBytes + target.reclaimableBytes < needed) return [];
  const from = nodes.map(({ nodeId }) => nodeId).join(',');
  const cost = remoteCost(evidence, home.nodeId, nodes[0]!.nodeId);
  return [
    {
      rule: 'move-pages',
      pid,
      summary: `${comm} runs on node ${home.nodeId}, but much of its memory is on node ${from}: move the pages`,
      when: 'now',
      evidence: [
        ...misplaced.evidence,
        {
          what: `free memory of node ${home.nodeId}`,
          value: target.freeBytes,
          unit: 'bytes',
          source: `node${home.nodeId}/meminfo`,
        },
        ...cost.facts,
      ],
      expectedEffect: cost.sentence,
      command: `migratepages ${pid} ${from} ${home.nodeId}`,
      call: `migrate_pages(${pid}, …) with the nodes ${from} and ${home.nodeId}`,
      caution:
        'a thread that touches a page on its way waits for it, so not while it trades; pages that several processes share stay; it cannot be taken back: moving all to the old node would take along what was on this one before; migratepages is of the package numactl',
    },
  ];
};
