import { describe, expect, it } from 'vitest';
import { Advised } from '../../support/recommend.js';
import { PID } from '../../support/records.js';

const HOG = 31;

describe('page faults', () => {
  const details = { minor: 3, major: 0, blockedNs: 0, faults: [] };

  it('go away with locked memory, for which the limit must allow', () => {
    const advised = new Advised().spike('page_fault', details);
    advised.task({
      tid: PID,
      comm: 'target',
      status: 'VmLck:\t       0 kB\nVmRSS:\t    4096 kB\n',
    });
    expect(advised.first).toMatchObject({ rule: 'lock-memory', when: 'in_code' });
    expect(advised.first.command).toBeUndefined();
    advised.roots.write(
      `proc/${PID}/limits`,
      'Max locked memory         8388608              unlimited            bytes     \n',
    );
    expect(advised.first).toMatchObject({
      command: `prlimit --pid ${PID} --memlock=unlimited:unlimited`,
      undo: `prlimit --pid ${PID} --memlock=8388608:unlimited`,
    });
  });

  it('have another reason where the memory is locked', () => {
    const advised = new Advised().spike('page_fault', details);
    advised.task({
      tid: PID,
      comm: 'target',
      status: 'VmLck:\t    4000 kB\nVmRSS:\t    4096 kB\n',
    });
    expect(advised.all).toEqual([]);
  });
});

describe('memory management', () => {
  it('compacts in the background, if it was for huge pages', () => {
    const advised = new Advised().spike('compaction', {
      pages: 5,
      order: 9,
      blockedNs: 0,
      count: 1,
    });
    const file = `${advised.roots.sysRoot}/kernel/mm/transparent_hugepage/defrag`;
    const modes = (text: string) =>
      advised.roots.write('sys/kernel/mm/transparent_hugepage/defrag', `${text}\n`);
    modes('always defer defer+madvise [madvise] never');
    expect(advised.first).toMatchObject({
      command: `echo defer > ${file}`,
      undo: `echo madvise > ${file}`,
    });
    modes('always defer defer+madvise madvise [never]');
    expect(advised.all).toEqual([]);
  });

  it('does not balance nodes, if that was what moved the pages', () => {
    const by = (reason: 'numa_balancing' | 'mbind') => ({
      by: [{ reason, pages: 3, ns: 60_000, count: 1 }],
      blockedNs: 0,
    });
    const advised = new Advised().spike('numa_migration', by('mbind'));
    advised.roots.write('proc/sys/kernel/numa_balancing', '1\n');
    expect(advised.all).toEqual([]);
    advised.spike('numa_migration', by('numa_balancing'));
    expect(advised.first).toMatchObject({
      command: 'sysctl kernel.numa_balancing=0',
      undo: 'sysctl kernel.numa_balancing=1',
    });
    advised.roots.write('proc/sys/kernel/numa_balancing', '0\n');
    expect(advised.all).toEqual([]);
  });
});

describe('locks', () => {
  const lock = { ns: 50_000, count: 1 };

  it('of the mappings are left alone by keeping these', () => {
    const kernelLock = { address: '0x1', type: 'rwsem', mmapLock: true, spinningNs: 0 } as const;
    const own = { ...lock, kernelLock };
    const advised = new Advised().spike('lock_wait', { ...own, locks: [own] });
    expect(advised.first).toMatchObject({ rule: 'keep-mappings', when: 'in_code' });
  });

  it.each([
    ['FUTEX_WAIT', 1],
    ['FUTEX_LOCK_PI', 0],
  ])('with an inversion inherit the priority, unless they do: %s', (operation, found) => {
    const releasedBy = { tid: HOG, comm: 'weak', ns: 1, count: 1 };
    const own = { ...lock, futexAddress: '0x7f', operation, releasedBy, priorityInversion: true };
    const advised = new Advised().spike('lock_wait', { ...own, locks: [own] });
    expect(advised.all).toHaveLength(found);
  });

  it('of page tables are flushed by the process itself, or it can do nothing', () => {
    const details = (tid: number) => ({
      types: [],
      tlbFlushes: 2,
      senders: [{ tid, comm: 'unmapper', cpu: 1, ns: 9000, count: 2 }],
    });
    const advised = new Advised().task({ tid: 33, comm: 'unmapper', pid: PID });
    advised.task({ tid: 34, comm: 'unmapper' }).spike('ipi', details(34));
    expect(advised.all).toEqual([]);
    advised.spike('ipi', details(33));
    expect(advised.first.evidence.at(-1)).toMatchObject({ value: 'unmapper (33)' });
  });
});
