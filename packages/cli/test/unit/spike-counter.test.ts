import { expect, it } from 'vitest';
import { SpikeCounter } from '../../src/verbs/spikes/summary.js';
import { preemption, spikeOf, tick } from '../support/spike.js';

it('counts a spike that replaces others instead of them', () => {
  const counter = new SpikeCounter();
  counter.add(spikeOf([tick(60_000)], { id: 1 }));
  counter.add(spikeOf([tick(60_000)], { id: 2 }));
  counter.add(spikeOf([preemption(60_000)], { id: 3 }));
  expect(counter.counts()).toEqual({ total: 3, byCause: { timer_tick: 2, preemption: 1 } });
  // One that it never saw (another class, or too long ago) takes nothing away.
  counter.add(spikeOf([preemption(200_000)], { id: 4, supersedes: [1, 3, 99] }));
  expect(counter.counts()).toEqual({ total: 2, byCause: { timer_tick: 1, preemption: 1 } });
  counter.add(spikeOf([preemption(300_000)], { id: 5, supersedes: [2, 4] }));
  expect(counter.counts()).toEqual({ total: 1, byCause: { preemption: 1 } });
});

it('counts no more what one that is not shown replaces', () => {
  const counter = new SpikeCounter();
  counter.add(spikeOf([tick(60_000)], { id: 1 }));
  counter.add(spikeOf([tick(60_000)], { id: 2 }));
  counter.replace(spikeOf([preemption(200_000)], { id: 3, supersedes: [1] }));
  expect(counter.counts()).toEqual({ total: 1, byCause: { timer_tick: 1 } });
});

it('counts those that turned out to be incomplete, as long as they stand', () => {
  const counter = new SpikeCounter();
  counter.add(spikeOf([tick(60_000)], { id: 1 }));
  counter.add(spikeOf([tick(60_000)], { id: 2 }));
  // 7 was not shown.
  expect(counter.correct([1, 7, 2])).toEqual([1, 2]);
  expect(counter.counts()).toEqual({ total: 2, byCause: { timer_tick: 2 }, corrected: 2 });
  counter.add(spikeOf([preemption(200_000)], { id: 3, supersedes: [2], incomplete: true }));
  expect(counter.counts()).toMatchObject({ total: 2, corrected: 1 });
});
