import type { InterruptTotals } from '@hftmon/core';
import { FakeEventSource, FakeRoots } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { Ticks } from '../../../src/lookup/ticks.js';

const NEVER = {
  posix_timer: 0,
  perf_events: 0,
  sched: 0,
  clock_unstable: 0,
  rcu: 0,
  rcu_exp: 0,
};

it('says what keeps the tick of a nohz_full CPU on, where that was counted', () => {
  using roots = new FakeRoots();
  roots.write('sys/devices/system/cpu/nohz_full', '3-4\n');
  const source = new FakeEventSource();
  const ticks = [
    { cpu: 2, stopped: 5, kept: { ...NEVER, sched: 7 } },
    { cpu: 3, stopped: 5, kept: { ...NEVER, sched: 11, posix_timer: 2 } },
    { cpu: 4, stopped: 5, kept: NEVER },
  ];
  source.interruptCounts = { ...source.interruptCounts, ticks } satisfies InterruptTotals;
  const tick = new Ticks(source, roots.sysRoot);

  expect([2, 3, 4].map((cpu) => tick.isNohzFull(cpu))).toEqual([false, true, true]);
  expect(tick.keptOn(2)).toBeUndefined();
  expect(tick.keptOn(3)).toEqual({ sched: 11, posix_timer: 2 });
  expect(tick.keptOn(4)).toBeUndefined();
});
