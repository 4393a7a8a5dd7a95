import { listEntries } from '../files/list-entries.js';
import { optionalText } from '../files/read-text.js';
import type { NumaHost } from '../host/numa-host.js';

/** Node of each L3 domain, by the id that resctrl names it with. */
export function nodeOfDomain(host: NumaHost, sysRoot: string): ReadonlyMap<number, number> {
  const nodes = new Map<number, number>();
  for (const { id: nodeId, cpus } of host.nodes) {
    for (const cpu of cpus) {
      const cache = `${sysRoot}/devices/system/cpu/cpu${cpu}/cache`;
      for (const index of listEntries(cache)) {
        if (optionalText(`${cache}/${index}/level`)?.trim() !== '3') continue;
        const id = optionalText(`${cache}/${index}/id`)?.trim() ?? '';
        if (/^\d+$/.test(id)) nodes.set(Number(id), nodeId);
      }
    }
  }
  return nodes;
}
