import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needs, sharingPlace, skipUnless, spawnSharing } from '@hftmon/testkit';
import type { SharingReport, Workload } from '@hftmon/testkit';
import { WatchpointSet } from '../../../src/index.js';
import { bundleChild, MonitoringChild } from '../../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../../support/leftovers.js';

let script: string;
let target: Workload<SharingReport>;
let tid: number;
let address: number;

beforeEach((context) => skipUnless(context, needs.root));

beforeAll(async () => {
  script = await bundleChild('sampling-child');
  target = await spawnSharing({ limitS: 600 });
  const [first] = sharingPlace(target).threads;
  tid = first!.tid;
  address = Number(first!.address);
  target.begin();
  await target.running();
});

afterAll(() => target?.dispose());

/** Are all four debug registers of the target free? A closed event gives its own back at once. */
function expectRegistersFree(): void {
  const place = { address, length: 8, access: 'writes' } as const;
  using set = WatchpointSet.open(Array.from({ length: 4 }, () => ({ tid, place })));
  expect(set.refused).toEqual([]);
}

describe('the end of a process that samples and watches', () => {
  it.each([
    ['natural', 0, ''],
    ['exit', 0, ''],
    ['throw', 1, 'on purpose'],
    ['report-at-exit', 0, ''],
  ])('is clean: %s', async (ending, code, stderr) => {
    await using child = new MonitoringChild(script, [ending, tid, address]);
    expect(await child.end()).toEqual({ code, signal: null });
    expect(child.stderr).toContain(stderr);
    if (stderr === '') expect(child.stderr).toBe('');
    if (ending === 'report-at-exit') {
      const line = await child.line('read');
      expect(line['read']).toBe(line['samples']);
      expect(line['read']).toBeGreaterThan(0);
    }
    expectRegistersFree();
  });

  it('by SIGKILL leaves no event on the target', async () => {
    const child = new MonitoringChild(script, ['hold', tid, address]);
    await child.line('running');
    const place = { address, length: 8, access: 'writes' } as const;
    using busy = WatchpointSet.open([{ tid, place }]);
    expect(busy.refused[0]?.refusal.code).toBe('HFTMON_E_DEBUG_REGISTERS');
    expect(holdingsOf(child.pid).descriptors.length).toBe(5);
    await child[Symbol.asyncDispose]();
    expectRegistersFree();
  });
});

describe('a worker that samples and watches', () => {
  it('leaves nothing behind when it is terminated', async () => {
    await using child = new MonitoringChild(script, ['worker-terminate', tid, address]);
    await child.line('running');
    const { threads, descriptors } = holdingsOf(child.pid);
    expect(descriptors.length).toBe(5);
    child.process.stdin.write('now\n');
    await child.line('terminated');
    const after = holdingsOf(child.pid);
    expect(after).toMatchObject(NOTHING_HELD);
    // The worker and the sampling thread.
    expect(after.threads).toBe(threads - 2);
    expectRegistersFree();
  });
});

describe('a process of another user', () => {
  it('is told that it may not, each time with the remedy', async (context) => {
    skipUnless(context, needs.tool('setpriv'));
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    await using child = new MonitoringChild(script, ['refused', tid, address], wrapper);
    const denied = {
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
      remedy: expect.stringContaining('run as root'),
    };
    expect(await child.line('sampling')).toMatchObject({
      sampling: denied,
      watching: denied,
      reading: 'HFTMON_E_MEMORY_NOT_PERMITTED',
      placing: 'HFTMON_E_MEMORY_NOT_PERMITTED',
      probes: {
        watch: { ok: true, degraded: 'only processes of the same user' },
        clock: { ok: true, degraded: 'only processes of the same user' },
      },
    });
    expect(holdingsOf(child.pid)).toMatchObject(NOTHING_HELD);
  });
});

describe('a process that may lock no more memory', () => {
  it('is told so, and holds nothing', async (context) => {
    skipUnless(context, needs.tool('setpriv'), needs.tool('prlimit'));
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const wrapper = ['prlimit', '--memlock=65536', ...user];
    await using child = new MonitoringChild(script, ['locked-memory', tid, address], wrapper);
    const line = await child.line('refusal');
    expect(line['refusal']).toMatchObject({
      ok: false,
      code: 'HFTMON_E_LOCKED_MEMORY',
      remedy: expect.stringContaining('perf_event_mlock_kb'),
    });
    expect(holdingsOf(child.pid)).toMatchObject(NOTHING_HELD);
  });
});

describe('a process without descriptors', () => {
  it('is told so, and keeps what it has', async (context) => {
    skipUnless(context, needs.tool('prlimit'));
    const wrapper = ['prlimit', '--nofile=256'];
    await using child = new MonitoringChild(script, ['exhausted', tid, address], wrapper);
    expect(await child.line('first')).toEqual({
      first: 'followed',
      second: 'HFTMON_E_FILES_EXHAUSTED',
      watch: 'HFTMON_E_FILES_EXHAUSTED',
      threads: 1,
    });
  });
});
