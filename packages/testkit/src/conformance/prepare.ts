import { cpuTableText } from '../fakes/fake-cpu-table.js';
import { writeFakeCpus } from '../fakes/fake-cpus.js';
import { writeFakeProcess } from '../fakes/fake-process.js';
import type { FakeRoots } from '../fakes/fake-roots.js';

/** Process of the fake host that checks attach to. */
export const FAKE_PID = 4242;

/** Fills the roots with a small quiet host: two CPUs, one process of two threads. */
export function prepare(roots: FakeRoots): FakeRoots {
  writeFakeCpus(roots, { count: 2 });
  writeFakeProcess(roots, {
    pid: FAKE_PID,
    comm: 'target',
    threads: [{ tid: FAKE_PID }, { tid: FAKE_PID + 1, comm: 'worker' }],
  });
  const interrupts = cpuTableText(2, [
    { label: '24', counts: [5, 7], description: 'PCI-MSI 0-edge virtio0-input.0' },
    { label: 'LOC', counts: [100, 200], description: 'Local timer interrupts' },
    { label: 'TLB', counts: [1, 2], description: 'TLB shootdowns' },
  ]);
  const softirqs = cpuTableText(2, [
    { label: 'TIMER', counts: [10, 20] },
    { label: 'NET_RX', counts: [3, 4] },
  ]);
  roots.write('proc/interrupts', interrupts).write('proc/softirqs', softirqs);
  roots.write('proc/self/status', 'Name:\tnode\nCapEff:\t0000000000000000\n');
  return roots;
}
