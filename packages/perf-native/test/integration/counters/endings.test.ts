import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  needs,
  skipUnless,
  spawnSpinner,
  type Requirement,
  type SpinnerReport,
  type Workload,
} from '@hftmon/testkit';
import { bundleChild, MonitoringChild } from '../../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../../support/leftovers.js';

let script: string;
let target: Workload<SpinnerReport>;

beforeAll(async () => {
  script = await bundleChild('counting-child');
  target = await spawnSpinner({ limitS: 600 });
  target.begin();
  await target.running();
});

afterAll(() => target?.dispose());

const paranoid2: Requirement = () => {
  const level = Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8'));
  return level === 2 ? undefined : `needs kernel.perf_event_paranoid 2, it is ${level}`;
};

describe('the end of a process that counts', () => {
  it.each([
    ['natural', 0, ''],
    ['exit', 0, ''],
    ['throw', 1, 'on purpose'],
    ['read-at-exit', 0, ''],
  ])('is clean: %s', async (ending, code, stderr) => {
    await using child = new MonitoringChild(script, [ending, target.tids[0]!]);
    expect(await child.end()).toEqual({ code, signal: null });
    if (stderr === '') expect(child.stderr).toBe('');
    else expect(child.stderr).toContain(stderr);
    if (ending === 'read-at-exit') {
      const line = await child.line('read');
      expect(line['read']).toBe(line['samples']);
      expect(line['read']).toBeGreaterThan(10);
    }
  });
});

describe('a worker that counts', () => {
  it('leaves nothing behind when it is terminated', async () => {
    await using child = new MonitoringChild(script, ['worker-terminate', target.tids[0]!]);
    await child.line('running');
    const { threads, descriptors } = holdingsOf(child.pid);
    // One event that is read, and one with the clock that captures it.
    expect(descriptors.length).toBe(3);
    child.process.stdin.write('now\n');
    await child.line('terminated');
    const after = holdingsOf(child.pid);
    expect(after).toMatchObject(NOTHING_HELD);
    // The worker and both sampler threads.
    expect(after.threads).toBe(threads - 3);
  });
});

describe('a process of another user', () => {
  it('may count user space of its own threads alone, and is told so', async (context) => {
    skipUnless(context, needs.root, needs.tool('setpriv'), paranoid2);
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    await using child = new MonitoringChild(script, ['refused', target.tids[0]!], wrapper);
    const denied = [
      {
        threads: 1,
        refusal: expect.objectContaining({ ok: false, code: 'HFTMON_E_NOT_PERMITTED' }),
      },
    ];
    expect(await child.line('own')).toEqual({ other: denied, own: true, kernel: denied });
  });
});
