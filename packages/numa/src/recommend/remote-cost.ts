import type { EvidenceFact } from '@hftmon/core';
import type { ProcessEvidence } from './process-evidence.js';

/** What the firmware says of remote against local accesses, as a sentence and as facts. */
export interface RemoteCost {
  readonly sentence: string;
  readonly facts: readonly EvidenceFact[];
}

/** From latencies where both are known, else from distances, else nothing is promised. */
export function remoteCost(
  { host, latencies }: Pick<ProcessEvidence, 'host' | 'latencies'>,
  from: number,
  to: number,
): RemoteCost {
  const [remote, local] = [latencies.readNs(from, to), latencies.readNs(from, from)];
  if (remote !== undefined && local !== undefined) {
    const fact = (node: number, value: number): EvidenceFact => ({
      what: `read latency from node ${from} to memory of node ${node}`,
      value,
      unit: 'ns',
      source: latencies.source,
    });
    const sentence = `a read that misses the caches takes about ${local} ns instead of ${remote} ns`;
    return { sentence, facts: [fact(to, remote), fact(from, local)] };
  }
  const ratio = host.distanceRatio(from, to);
  if (ratio === undefined || ratio <= 1) {
    const sentence =
      'accesses become local; the firmware gives no figure for what a remote one costs';
    return { sentence, facts: [] };
  }
  const what = `distance from node ${from} to node ${to} over the local one`;
  return {
    sentence: `accesses become local; the firmware rates a remote one at ${round(ratio)} times a local one, which shows where the caches are missed`,
    facts: [{ what, value: ratio, unit: 'ratio', source: `node${from}/distance (SLIT)` }],
  };
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
