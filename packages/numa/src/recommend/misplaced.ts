import type { EvidenceFact } from '@hftmon/core';
import type { NodePages } from '../placement/process-placement.js';
import { homeNode, type HomeNode } from './home-node.js';
import type { ProcessEvidence } from './process-evidence.js';

/** Less than this is not worth a recommendation. */
const LEAST_BYTES = 2 ** 20;
const LEAST_SHARE = 0.1;

/** Memory that a process works with, but which is on other nodes than it runs on. */
export interface Misplaced {
  readonly home: HomeNode;
  /** Of the pages seen. */
  readonly bytes: number;
  readonly share: number;
  /** Nodes where it is, most first. */
  readonly nodes: readonly NodePages[];
  readonly evidence: readonly EvidenceFact[];
}

/** Finds misplaced memory; none when the process has no home, or too little is elsewhere. */
export function misplacedMemory(evidence: ProcessEvidence): Misplaced | undefined {
  const home = homeNode(evidence);
  if (home === undefined) return undefined;
  const { working, method, seenFraction } = evidence.placement;
  const nodes = working.filter(({ nodeId }) => nodeId !== home.nodeId);
  const bytes = sum(nodes);
  const total = sum(working);
  if (bytes < LEAST_BYTES || bytes / total < LEAST_SHARE) return undefined;
  const source = method === 'numa_maps' ? '/proc/PID/numa_maps' : sampledSource(seenFraction);
  return {
    home,
    bytes,
    share: bytes / total,
    nodes: [...nodes].sort((a, b) => b.bytes - a.bytes),
    evidence: [
      home.evidence,
      ...nodes.map((node) => ({
        what: `memory that it works with on node ${node.nodeId}`,
        value: node.bytes,
        unit: 'bytes',
        source,
      })),
      { what: 'share of its memory on other nodes', value: bytes / total, unit: 'ratio', source },
    ],
  };
}

function sampledSource(seenFraction: number): string {
  return `move_pages, a sample of ${(100 * seenFraction).toPrecision(2)} % of its pages`;
}

function sum(nodes: readonly NodePages[]): number {
  return nodes.reduce((total, { bytes }) => total + bytes, 0);
}
