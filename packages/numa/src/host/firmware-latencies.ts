import { readFileSync } from 'node:fs';
import { listEntries } from '../files/list-entries.js';
import { optionalText } from '../files/read-text.js';
import { parseHmat } from './acpi-hmat.js';
import { parseSrat } from './acpi-srat.js';
import { listedLatencies, type LatencyMatrix } from './latency-matrix.js';
import type { NumaHost } from './numa-host.js';

/**
 * Read latencies between all nodes from the tables of the firmware, which only root may read.
 * Empty where there are none.
 */
export function firmwareLatencies(host: NumaHost, sysRoot: string): LatencyMatrix {
  const tables = `${sysRoot}/firmware/acpi/tables`;
  const nodes = nodeOfDomain(host, sysRoot, readTable(`${tables}/SRAT`));
  const list = parseHmat(readTable(`${tables}/HMAT`)).flatMap(({ initiator, target, readNs }) => {
    const [from, to] = [nodes.get(initiator), nodes.get(target)];
    return from === undefined || to === undefined ? [] : [{ from, to, readNs }];
  });
  return listedLatencies('the HMAT of the firmware', list);
}

/**
 * The kernel numbers nodes in its own way: a domain is the node that has its first memory block.
 * A domain whose block several nodes share is left out.
 */
function nodeOfDomain(host: NumaHost, sysRoot: string, srat: Buffer): Map<number, number> {
  const text = optionalText(`${sysRoot}/devices/system/memory/block_size_bytes`)?.trim() ?? '';
  const blockBytes = Number.parseInt(text, 16);
  const nodes = new Map<number, number>();
  if (!(blockBytes > 0)) return nodes;
  const blocks = new Map(
    host.nodes.map(({ id }) => [
      id,
      new Set(listEntries(`${sysRoot}/devices/system/node/node${id}`)),
    ]),
  );
  for (const { domain, base } of parseSrat(srat)) {
    const block = `memory${Math.floor(base / blockBytes)}`;
    const having = [...blocks].filter(([, names]) => names.has(block));
    if (having.length === 1 && !nodes.has(domain)) nodes.set(domain, having[0]![0]);
  }
  return nodes;
}

function readTable(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
