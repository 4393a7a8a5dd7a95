import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  Workload,
  WorkloadError,
  awaitBpfGone,
  listBpfFds,
  listBpfPrograms,
  listFds,
  listStayingThreads,
  needs,
  skipUnless,
  spawnSleeper,
  spawnSpinner,
} from '../../src/index.js';

describe('Workload', () => {
  it('ends when told to quit, and when disposed of', async () => {
    for (const end of ['quit', 'dispose'] as const) {
      const target = await spawnSleeper({ count: 3 });
      expect(target.tids).toEqual([target.pid]);
      await target[end]();
      expect(existsSync(`/proc/${target.pid}`)).toBe(false);
      await target.dispose();
    }
  });

  it('tells when the workload ends before its report', async () => {
    await using target = await spawnSpinner({ limitS: 1 });
    target.begin();
    await target.running();
    await expect(target.report()).rejects.toThrow('workload spinner: ended (SIGALRM)');
  });

  it('hands on what the workload says is wrong', async () => {
    const bad = spawnSleeper({ sleepUs: 1 });
    await expect(bad).rejects.toThrow(WorkloadError);
    await expect(spawnSleeper({ cpu: 1000 })).rejects.toThrow('CPU 1000');
  });

  it('says how to build what is not built', async () => {
    await expect(Workload.spawn('nonsense')).rejects.toThrow(/not built; run: make -C/);
  });

  it('leaves no process, thread or descriptor behind', async () => {
    await (await spawnSleeper({ count: 3 })).dispose();
    const fds = listFds(process.pid).size;
    const threads = listStayingThreads(process.pid).length;
    for (let i = 0; i < 10; i++) {
      await using target = await spawnSleeper({ count: 3 });
      await target.go();
    }
    expect(listFds(process.pid).size).toBe(fds);
    expect(listStayingThreads(process.pid).length).toBe(threads);
  });
});

describe('BPF books', () => {
  it('find nothing in a process without BPF', () => {
    expect(listBpfFds(process.pid)).toEqual([]);
  });

  it('list what the kernel holds', async (context) => {
    skipUnless(context, needs.root, needs.tool('bpftool'));
    const programs = listBpfPrograms();
    const ids = new Set(programs.map(({ id }) => id));
    // Others may load theirs at any time: not a second look at the kernel.
    expect(await awaitBpfGone(ids, () => programs)).toEqual([]);
  });
});
