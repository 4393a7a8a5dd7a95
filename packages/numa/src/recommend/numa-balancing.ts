import type { Rule } from './process-evidence.js';

/** Stop the kernel from taking pages away to see who comes, when that stopped threads of a target. */
export const numaBalancing: Rule = ({ pid, comm, hintFaults, threads, balancingMode }) => {
  if (hintFaults === undefined || hintFaults === 0) return [];
  // Switched off since.
  if (balancingMode === undefined || balancingMode === '0') return [];
  const migrated = threads.reduce((sum, { faults }) => sum + (faults?.pagesMigrated ?? 0), 0);
  return [
    {
      rule: 'numa-balancing',
      pid,
      summary: `NUMA balancing stopped threads of ${comm} ${hintFaults} times since it was attached: place memory by hand and switch it off`,
      when: 'now',
      evidence: [
        {
          what: 'hinting faults of its threads since it was attached',
          value: hintFaults,
          unit: 'count',
          source: '/proc/PID/task/TID/sched, total_numa_faults',
        },
        {
          what: 'pages migrated because of its threads',
          value: migrated,
          unit: 'count',
          source: '/proc/PID/task/TID/sched, numa_pages_migrated',
        },
        { what: 'kernel.numa_balancing', value: balancingMode, source: '/proc/sys/kernel' },
      ],
      expectedEffect: 'these faults, and the migrations after them, no longer happen',
      command: 'sysctl kernel.numa_balancing=0',
      undo: `sysctl kernel.numa_balancing=${balancingMode}`,
      call: 'mbind or set_mempolicy with MPOL_BIND: the kernel does not scan memory bound so',
      caution:
        'the switch is for the whole host, until the next boot (/etc/sysctl.d makes it last): processes that rely on it keep their memory where it is',
    },
  ];
};
