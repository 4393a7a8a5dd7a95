import { describe, expect, it } from 'vitest';
import { FakeRoots, writeFakeProcess } from '@hftmon/testkit';
import { readNumaHost } from '../../../src/host/numa-host.js';
import { parseTaskFaults } from '../../../src/threads/task-faults.js';
import { readThreadPlaces } from '../../../src/threads/thread-places.js';
import { INTEL_TWO_SOCKETS, writeFakeNodes } from '../../support/fake-nodes.js';

/** The end of /proc/PID/task/TID/sched, as captured (6.18), with figures of a guest of two nodes. */
const SCHED = `engine (4242, #threads: 2)
-------------------------------------------------------------------
se.exec_start                                :      13579.246800
nr_switches                                  :                    7
mm->numa_scan_seq                            :                    3
numa_pages_migrated                          :                   11
numa_preferred_nid                           :                    1
total_numa_faults                            :                 4095
current_node=0, numa_group_id=0
numa_faults node=0 task_private=5 task_shared=1 group_private=0 group_shared=0
numa_faults node=1 task_private=4073 task_shared=16 group_private=0 group_shared=0
`;

describe('hinting faults of a thread', () => {
  it('are read', () => {
    expect(parseTaskFaults(SCHED)).toEqual({
      pagesMigrated: 11,
      preferredNode: 1,
      total: 4095,
      byNode: new Map([
        [0, { own: 5, shared: 1 }],
        [1, { own: 4073, shared: 16 }],
      ]),
    });
  });

  it('have no preferred node when the kernel has none', () => {
    const text = SCHED.replace(/(preferred_nid.*) 1$/m, '$1-1');
    expect(parseTaskFaults(text)).not.toHaveProperty('preferredNode');
  });

  it('are unknown on a kernel without NUMA balancing', () => {
    expect(parseTaskFaults('nr_switches : 7\n')).toBeUndefined();
  });
});

describe('places of threads', () => {
  it('are the node that each ran on, and those that it may use', () => {
    using roots = new FakeRoots();
    writeFakeNodes(roots, INTEL_TWO_SOCKETS);
    writeFakeProcess(roots, {
      pid: 4242,
      comm: 'engine',
      threads: [
        { tid: 4242, cpu: 5, onCpuNs: 1009 },
        { tid: 4243, comm: 'a) b', cpu: 2 },
        { tid: 4244, comm: 'gone', state: 'Z', cpu: 2 },
      ],
    });
    const status = (tid: number, list: string) =>
      roots.write(`proc/4242/task/${tid}/status`, `Name:\tx\nCpus_allowed_list:\t${list}\n`);
    status(4242, '4-7,12-15');
    status(4243, '0-15');
    roots.write('proc/4242/task/4242/sched', SCHED);
    const places = readThreadPlaces(4242, readNumaHost(roots.sysRoot), roots.procRoot);
    expect(places).toMatchObject([
      { tid: 4242, comm: 'engine', cpu: 5, nodeId: 1, allowedNodes: [1], onCpuNs: 1009 },
      { tid: 4243, comm: 'a) b', cpu: 2, nodeId: 0, allowedNodes: [0, 1] },
    ]);
    expect(places[0]!.faults?.total).toBe(4095);
    expect(places[1]).not.toHaveProperty('faults');
  });

  it('are none when the process has ended', () => {
    using roots = new FakeRoots();
    expect(readThreadPlaces(4242, readNumaHost(roots.sysRoot), roots.procRoot)).toEqual([]);
  });
});
