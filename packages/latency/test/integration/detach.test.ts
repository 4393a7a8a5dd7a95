import { allowedCpus, needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { Monitor } from '../support/monitor.js';

const [, cpu = 1] = allowedCpus();
/** Time in which more happens that is not delivered yet, ms. */
const HELD_UP_MS = 50;

it('a process detached by a listener is told of no more, though more of it was on its way', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime, needs.cpus(2));
  await using target = await spawnSpinner({ cpu });
  await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 200, periodMs: 2, count: 0 });
  using monitor = new Monitor([target.pid]);
  const { session, collector } = monitor;
  let told = 0;
  let heldUpNs = 0;
  const after: number[] = [];
  let detached = false;
  collector.onSpike(({ pid, monotonicNs }) => {
    expect(pid).toBe(target.pid);
    told++;
    if (detached) after.push(monotonicNs);
    if (told > 1) return;
    heldUpNs = Number(process.hrtime.bigint());
    while (Number(process.hrtime.bigint()) < heldUpNs + HELD_UP_MS * 1e6);
    session.detach(target.pid);
    detached = true;
  });
  target.begin();
  await target.running();
  hog.begin();
  await hog.running();
  await expect.poll(() => detached).toBe(true);
  const { bursts } = await hog.stop();
  session.flush();
  const meanwhile = bursts.filter(
    ({ startNs, endNs }) => startNs > heldUpNs && endNs < heldUpNs + HELD_UP_MS * 1e6,
  );
  expect(meanwhile.length).toBeGreaterThan(HELD_UP_MS / 10);
  expect(after).toEqual([]);
  expect(monitor.spikes()).toHaveLength(told);
  expect(session.targets.size).toBe(0);
  await target.stop();
});
