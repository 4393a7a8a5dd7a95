import type { FakeRoots } from './fake-roots.js';

export interface FakeCpus {
  /** Online CPUs, numbered from 0. */
  readonly count: number;
  /** Kernel CPU list, `2-3`. Default none. */
  readonly isolated?: string;
  /** Kernel CPU list. Default none. */
  readonly nohzFull?: string;
}

/** Writes the CPU lists and the topology of a host with one package. */
export function writeFakeCpus(roots: FakeRoots, cpus: FakeCpus): void {
  const directory = 'sys/devices/system/cpu';
  const all = cpus.count === 1 ? '0' : `0-${cpus.count - 1}`;
  for (const list of ['online', 'possible', 'present']) {
    roots.write(`${directory}/${list}`, `${all}\n`);
  }
  roots.write(`${directory}/isolated`, `${cpus.isolated ?? ''}\n`);
  roots.write(`${directory}/nohz_full`, `${cpus.nohzFull ?? ''}\n`);
  for (let cpu = 0; cpu < cpus.count; cpu++) {
    const topology = `${directory}/cpu${cpu}/topology`;
    roots.write(`${topology}/core_id`, `${cpu}\n`);
    roots.write(`${topology}/physical_package_id`, '0\n');
    roots.write(`${topology}/thread_siblings_list`, `${cpu}\n`);
  }
  roots.write('sys/devices/system/node/online', '0\n');
  roots.write('sys/devices/system/node/node0/cpulist', `${all}\n`);
}
