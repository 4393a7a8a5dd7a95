import { describe, expect, it } from 'vitest';
import { cpuMask, parseCpuMask } from '../../../src/recommend/cpu-mask.js';
import { Advised, preemption } from '../../support/recommend.js';

describe('the tally', () => {
  it('counts a spike that was superseded in the one that replaced it alone', () => {
    const { tally } = new Advised()
      .spike('preemption', preemption(31, 'hog', 10_000), { ns: 10_000 })
      .spike('preemption', preemption(32, 'hog', 20_000), { ns: 20_000 })
      .spike('preemption', preemption(31, 'hog', 35_000), { ns: 37_000, supersedes: [1, 2] });
    expect(tally.totalNs).toBe(37_000);
    const [loss, ...others] = tally.losses();
    expect(others).toEqual([]);
    expect(loss).toMatchObject({ ns: 35_000, spikes: 1, worst: { id: 3, ns: 35_000 } });
    expect(loss!.tasks.keys()).toEqual([31]);
  });

  it('forgets a culprit that has nothing left', () => {
    const { tally } = new Advised()
      .spike('preemption', preemption(31, 'hog', 10_000), { ns: 10_000 })
      .spike('timer_tick', { count: 1, cpu: 0, nohzFull: false }, { ns: 12_000, supersedes: [1] });
    expect(tally.losses().map(({ culprit }) => culprit)).toEqual(['timer tick']);
  });

  it('keeps the largest culprits first, and no more than a bounded number', () => {
    const advised = new Advised();
    for (let i = 1; i <= 2003; i++) {
      advised.spike('preemption', preemption(i, `task-${i}`, i), { ns: i });
    }
    const { tally } = advised;
    expect(tally.losses()).toHaveLength(1024);
    expect(tally.losses()[0]!.culprit).toBe('task-1024');
    const kept = tally.losses().reduce((sum, { ns }) => sum + ns, 0);
    expect(kept + tally.uncountedNs).toBe((2003 * 2004) / 2);
  });
});

describe('masks of CPUs', () => {
  it.each([
    ['b', [0, 1, 3]],
    ['80000000', [31]],
    ['1,00000002', [1, 32]],
    ['4,00000000,00000001', [0, 66]],
  ])('%s', (mask, cpus) => {
    expect(cpuMask(cpus)).toBe(mask);
    expect(parseCpuMask(`${mask}\n`)).toEqual(cpus);
  });
});
