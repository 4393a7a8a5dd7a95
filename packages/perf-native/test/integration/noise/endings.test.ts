import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowedCpus, needs, skipUnless } from '@hftmon/testkit';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleChild, MonitoringChild } from '../../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../../support/leftovers.js';

const [, cpu = 1] = allowedCpus();
let script: string;

beforeEach((context) => skipUnless(context, needs.bpf, needs.cpus(2)));

beforeAll(async () => {
  script = await bundleChild('noise-child');
});

describe('the end of a process whose threads poll', () => {
  it.each([
    ['natural', 0, ''],
    ['exit', 0, ''],
    ['throw', 1, 'on purpose'],
  ])('is clean: %s', async (ending, code, stderr) => {
    await using child = new MonitoringChild(script, [ending, cpu]);
    expect(await child.end()).toEqual({ code, signal: null });
    if (stderr === '') expect(child.stderr).toBe('');
    else expect(child.stderr).toContain(stderr);
  });

  it('takes them along when it is killed', async () => {
    await using child = new MonitoringChild(script, ['hold', cpu]);
    await child.line('running');
    // Node's own, the pump, and two pollers with their watchers.
    expect(holdingsOf(child.pid).threads).toBeGreaterThan(5);
    child.process.kill('SIGKILL');
    expect(await child.end()).toEqual({ code: null, signal: 'SIGKILL' });
    while (existsSync(`/proc/${child.pid}/task`)) await sleep(1);
  });
});

describe('a worker whose threads poll', () => {
  it('leaves nothing behind when it is terminated', async () => {
    await using child = new MonitoringChild(script, ['worker-terminate', cpu]);
    await child.line('running');
    const { threads } = holdingsOf(child.pid);
    child.process.stdin.write('now\n');
    await child.line('terminated');
    const after = holdingsOf(child.pid);
    expect(after).toMatchObject(NOTHING_HELD);
    // The worker, the pump, and two pollers with their watchers.
    expect(after.threads).toBe(threads - 6);
  });
});
