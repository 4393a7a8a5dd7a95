import type { Rule } from '../rule.js';

/** Stop NUMA balancing, which has threads move their own pages. */
export const stopBalancing: Rule = ({ culprit }, host) => {
  const file = `${host.procRoot}/sys/kernel/numa_balancing`;
  const mode = host.read(file)?.trim();
  if (culprit !== 'numa_balancing' || mode === undefined || mode === '0') return undefined;
  return {
    rule: 'stop-balancing',
    summary:
      'NUMA balancing has threads move their memory while they work: place it by hand and switch that off',
    when: 'now',
    evidence: [{ what: 'kernel.numa_balancing', value: mode, source: file }],
    expectedEffect: 'these migrations no longer happen',
    command: 'sysctl kernel.numa_balancing=0',
    undo: `sysctl kernel.numa_balancing=${mode}`,
    call: 'mbind or set_mempolicy with MPOL_BIND: the kernel does not scan memory bound so',
    caution:
      'for the whole host, until the next boot (/etc/sysctl.d makes it last): processes that rely on it keep their memory where it is',
  };
};
