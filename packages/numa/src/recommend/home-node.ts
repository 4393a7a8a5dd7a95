import type { EvidenceFact } from '@hftmon/core';
import type { ProcessEvidence } from './process-evidence.js';

/** The node that a process runs on. */
export interface HomeNode {
  readonly nodeId: number;
  readonly evidence: EvidenceFact;
}

/** Share of the CPU time that makes a node the home of a process. */
const MOST = 0.9;

/**
 * The one node that (nearly) all threads run on: by their affinity, else by the CPU time seen,
 * else by where each ran last. None when they are spread.
 */
export function homeNode({ threads, cpuNsByNode }: ProcessEvidence): HomeNode | undefined {
  const allowed = onlyOne(threads.flatMap(({ allowedNodes }) => allowedNodes));
  if (allowed !== undefined) {
    const what = `node whose CPUs alone its ${threads.length} threads may use`;
    return home(allowed, what, allowed, '/proc/PID/task/TID/status');
  }
  const total = [...cpuNsByNode.values()].reduce((sum, ns) => sum + ns, 0);
  if (total > 0) {
    const [nodeId, ns] = [...cpuNsByNode].reduce((most, next) => (next[1] > most[1] ? next : most));
    if (ns / total < MOST) return undefined;
    const what = `share of the CPU time of its threads spent on node ${nodeId}`;
    return home(nodeId, what, ns / total, '/proc/PID/task/TID/schedstat', 'ratio');
  }
  const last = onlyOne(threads.map(({ nodeId }) => nodeId));
  if (last === undefined) return undefined;
  const what = `node on which each of its ${threads.length} threads ran last`;
  return home(last, what, last, '/proc/PID/task/TID/stat');
}

function home(
  nodeId: number,
  what: string,
  value: number,
  source: string,
  unit?: string,
): HomeNode {
  return { nodeId, evidence: { what, value, source, ...(unit !== undefined && { unit }) } };
}

/** The value that all are, if they are. */
function onlyOne(values: readonly (number | undefined)[]): number | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
