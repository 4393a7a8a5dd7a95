import type { Rule } from '../rule.js';

const CALL =
  'map all memory at start and keep it: no mmap, munmap, mprotect or thread creation while it works; with glibc mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, -1)';

/** Stop changing the address space while hot threads run. */
export const keepMappings: Rule = ({ topic, tasks, pid }, host) => {
  const comm = host.field(pid, 'Name');
  if (comm === undefined) return undefined;
  const own = tasks.keys().filter((tid) => Number(host.field(tid, 'Tgid')) === pid);
  // Another process can't flush what this one has mapped, save by taking its memory.
  if (topic === 'tlb_shootdown' && own.length === 0) return undefined;
  return {
    rule: 'keep-mappings',
    summary: `threads of ${comm} change its address space, and others have to wait for that: keep the mappings`,
    when: 'in_code',
    evidence: own.map((tid) => ({
      what: 'thread of the process that sent the TLB flush',
      value: `${host.field(tid, 'Name')} (${tid})`,
      source: 'csd_queue_cpu, ipi_send_cpu',
    })),
    expectedEffect: 'without changes there is nothing to wait for',
    call: CALL,
  };
};
