import { optionalText } from '../files/read-text.js';
import type { NumaHost } from '../host/numa-host.js';

/**
 * The one memory node of each package, by package; a package with several nodes (sub-NUMA
 * clustering, NPS) has none, for its controllers do not say which node they belong to.
 */
export function nodeOfPackage(host: NumaHost, sysRoot: string): ReadonlyMap<number, number> {
  const nodes = new Map<number, Set<number>>();
  for (const { id, cpus } of host.nodes) {
    for (const cpu of cpus) {
      const packageId = packageOf(cpu, sysRoot);
      if (packageId === undefined) continue;
      nodes.set(packageId, (nodes.get(packageId) ?? new Set()).add(id));
    }
  }
  return new Map(
    [...nodes].flatMap(([packageId, ids]) => (ids.size === 1 ? [[packageId, [...ids][0]!]] : [])),
  );
}

/** Package of a CPU; `undefined` when the kernel does not say. */
export function packageOf(cpu: number, sysRoot: string): number | undefined {
  const path = `${sysRoot}/devices/system/cpu/cpu${cpu}/topology/physical_package_id`;
  const text = optionalText(path)?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
