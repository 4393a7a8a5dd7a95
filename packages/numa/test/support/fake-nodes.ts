import type { FakeRoots } from '@hftmon/testkit';

/** A node of a fake host. */
export interface FakeNode {
  /** Kernel CPU list; empty for memory without CPUs. */
  readonly cpus: string;
  readonly totalKb: number;
  readonly freeKb: number;
  readonly distances: readonly number[];
  /** access0 and access1 of the HMAT: initiators and read latency, ns, and bandwidth, MB/s. */
  readonly nearest?: {
    readonly initiators: readonly number[];
    readonly readLatency: number;
    readonly readBandwidth: number;
  };
}

/** Writes /sys/devices/system/node. */
export function writeFakeNodes(roots: FakeRoots, nodes: readonly FakeNode[]): void {
  const root = 'sys/devices/system/node';
  roots.write(`${root}/online`, nodes.length === 1 ? '0\n' : `0-${nodes.length - 1}\n`);
  nodes.forEach((node, id) => {
    const folder = `${root}/node${id}`;
    roots.write(`${folder}/cpulist`, `${node.cpus}\n`);
    roots.write(`${folder}/distance`, `${node.distances.join(' ')}\n`);
    roots.write(`${folder}/meminfo`, meminfo(id, node));
    writeNumastat(roots, id, { hit: 1000 * (id + 1) });
    if (node.nearest === undefined) return;
    for (const access of ['access0', 'access1']) {
      const initiators = `${folder}/${access}/initiators`;
      const { readLatency, readBandwidth } = node.nearest;
      roots.write(`${initiators}/read_latency`, `${readLatency}\n`);
      roots.write(`${initiators}/write_latency`, `${readLatency}\n`);
      roots.write(`${initiators}/read_bandwidth`, `${readBandwidth}\n`);
      roots.write(`${initiators}/write_bandwidth`, '0\n');
      for (const from of node.nearest.initiators) roots.write(`${initiators}/node${from}/x`, '');
    }
  });
}

/** Writes the allocation counters of a node. */
export function writeNumastat(
  roots: FakeRoots,
  id: number,
  counts: { hit?: number; miss?: number; foreign?: number },
): void {
  const { hit = 0, miss = 0, foreign = 0 } = counts;
  roots.write(
    `sys/devices/system/node/node${id}/numastat`,
    `numa_hit ${hit}\nnuma_miss ${miss}\nnuma_foreign ${foreign}\ninterleave_hit 7\nlocal_node ${hit}\nother_node ${miss}\n`,
  );
}

function meminfo(id: number, { totalKb, freeKb }: FakeNode): string {
  const line = (key: string, value: number): string =>
    `Node ${id} ${`${key}:`.padEnd(15)} ${String(value).padStart(8)} kB\n`;
  return (
    line('MemTotal', totalKb) +
    line('MemFree', freeKb) +
    line('Inactive(file)', 1024) +
    `Node ${id} HugePages_Total:     0\n`
  );
}

const GB = 1024 * 1024;

/**
 * Two sockets of Intel Xeon (Ice Lake-SP). Written from Documentation/ABI/stable/sysfs-devices-node
 * and Documentation/admin-guide/mm/numaperf.rst; figures are of the usual order of such a host.
 */
export const INTEL_TWO_SOCKETS: readonly FakeNode[] = [
  {
    cpus: '0-3,8-11',
    totalKb: 64 * GB,
    freeKb: 32 * GB,
    distances: [10, 20],
    nearest: { initiators: [0], readLatency: 80, readBandwidth: 160_000 },
  },
  {
    cpus: '4-7,12-15',
    totalKb: 64 * GB,
    freeKb: 16 * GB,
    distances: [20, 10],
    nearest: { initiators: [1], readLatency: 80, readBandwidth: 160_000 },
  },
];

/**
 * One socket of AMD EPYC in NPS2: two nodes in one package, without HMAT. Written from
 * Documentation/ABI/stable/sysfs-devices-node.
 */
export const AMD_NPS2: readonly FakeNode[] = [
  { cpus: '0-3', totalKb: 32 * GB, freeKb: 8 * GB, distances: [10, 12] },
  { cpus: '4-7', totalKb: 32 * GB, freeKb: 8 * GB, distances: [12, 10] },
];

/**
 * Arm Neoverse with memory behind CXL that has no CPU beside it. Written from
 * Documentation/ABI/stable/sysfs-devices-node and numaperf.rst.
 */
export const ARM_WITH_CXL: readonly FakeNode[] = [
  {
    cpus: '0-7',
    totalKb: 64 * GB,
    freeKb: 32 * GB,
    distances: [10, 40],
    nearest: { initiators: [0], readLatency: 90, readBandwidth: 200_000 },
  },
  {
    cpus: '',
    totalKb: 128 * GB,
    freeKb: 128 * GB,
    distances: [40, 10],
    nearest: { initiators: [0], readLatency: 250, readBandwidth: 30_000 },
  },
];

/** A virtual machine with one node, as captured from one (kernel 6.18). */
export const SINGLE_NODE_VM: readonly FakeNode[] = [
  { cpus: '0-1', totalKb: 6_514_900, freeKb: 5_467_552, distances: [10] },
];
