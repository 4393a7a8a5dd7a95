import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  awaitBpfGone,
  listBpfFds,
  listBpfPrograms,
  needs,
  skipUnless,
  spawnChurn,
  type ChurnReport,
  type Workload,
} from '@hftmon/testkit';
import { bundleChild, MonitoringChild } from '../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../support/leftovers.js';

let script: string;
let target: Workload<ChurnReport>;

beforeEach((context) => skipUnless(context, needs.bpf));

beforeAll(async () => {
  script = await bundleChild();
  // A target that is always busy, and whose threads come and go under the monitor.
  target = await spawnChurn({
    threads: 4,
    generations: 1000,
    switches: 500,
    waitUs: 100,
    limitS: 600,
  });
  target.begin();
});

afterAll(() => target?.dispose());

/** Programs that a process holds; others on this host load and unload theirs meanwhile. */
function programsOf(pid: number): number[] {
  return listBpfFds(pid)
    .filter(({ type }) => type === 'prog')
    .map(({ id }) => id);
}

/** Are these programs out of the kernel? */
async function expectGone(programs: readonly number[]): Promise<void> {
  const others = new Set(
    listBpfPrograms()
      .map(({ id }) => id)
      .filter((id) => !programs.includes(id)),
  );
  const isOurs = ({ id }: { id: number }) => programs.includes(id);
  const left = await awaitBpfGone(others, () => listBpfPrograms().filter(isOurs));
  expect(left).toEqual([]);
}

describe('the end of a process that monitors', () => {
  it.each([
    ['natural', 50],
    ['natural', 0],
    ['exit', 0],
    ['exit', 1],
    ['exit', 7],
    ['exit', 60],
    ['busy-exit', 20],
    ['opened', 0],
    ['worker-process-exit', 0],
    ['worker-process-exit', 30],
  ])('is clean: %s after %i ms', async (ending, delayMs) => {
    await using child = new MonitoringChild(script, [ending, target.pid, delayMs]);
    expect(await child.end()).toEqual({ code: 0, signal: null });
    expect(child.stderr).toBe('');
  });

  it('is clean after an uncaught exception', async () => {
    await using child = new MonitoringChild(script, ['throw', target.pid, 5]);
    expect(await child.end()).toEqual({ code: 1, signal: null });
    expect(child.stderr).toContain('on purpose');
  });

  it('lets exit handlers read totals, losses and the ring', async () => {
    await using child = new MonitoringChild(script, ['report-at-exit', target.pid, 30]);
    expect(await child.end()).toEqual({ code: 0, signal: null });
    const line = await child.line('report');
    expect(line['report']).toBe(target.pid);
    expect(line['emitted']).toBe(line['ring']);
  });

  it('leaves nothing in the kernel when it is killed', async (context) => {
    skipUnless(context, needs.root, needs.tool('bpftool'));
    const child = new MonitoringChild(script, ['hold', target.pid, 0]);
    await child.line('running');
    const programs = programsOf(child.pid);
    expect(programs.length).toBeGreaterThan(5);
    await child[Symbol.asyncDispose]();
    await expectGone(programs);
  });
});

describe('a worker that monitors', () => {
  it('leaves nothing behind when it is terminated', async (context) => {
    skipUnless(context, needs.root, needs.tool('bpftool'));
    await using child = new MonitoringChild(script, ['worker-terminate', target.pid, 20]);
    await child.line('running');
    const programs = programsOf(child.pid);
    const { threads } = holdingsOf(child.pid);
    expect(programs.length).toBeGreaterThan(5);
    child.process.stdin.write('now\n');
    await child.line('terminated');
    const after = holdingsOf(child.pid);
    expect(after).toMatchObject(NOTHING_HELD);
    // The worker and the pump.
    expect(after.threads).toBe(threads - 2);
    await expectGone(programs);
  });

  it.each(['worker-end', 'worker-exit', 'worker-throw'])(
    'leaves nothing behind: %s',
    async (ending) => {
      await using child = new MonitoringChild(script, [ending, target.pid, 0]);
      await child.line('terminated');
      expect(holdingsOf(child.pid)).toMatchObject(NOTHING_HELD);
    },
  );
});
