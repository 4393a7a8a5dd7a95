import { describe, expect, it } from 'vitest';
import type { InterruptInfo } from '@hftmon/monitor';
import { SpikeLog } from '../../src/verbs/demo/spike-log.js';
import { isMissed, judge, judgeInterrupts, skipped } from '../../src/verbs/demo/verdict.js';
import type { Disturbance } from '../../src/verbs/demo/disturbances.js';
import { preemption, spikeOf, tick } from '../support/spike.js';

const hog: Disturbance = {
  id: 'hog',
  title: 'a hog',
  expected: ['preemption'],
  inject: () => Promise.reject(new Error('not in this test')),
};
const at = (ms: number) => 5_000_000_000 + ms * 1_000_000;
const once = { tid: 7, intervals: [[at(0), at(3)]] as const };

describe('a verdict on spikes', () => {
  it('counts what overlaps on the thread, with a right cause', () => {
    const right = spikeOf([preemption(3_000_000)]);
    const verdict = judge(
      hog,
      {
        tid: 7,
        intervals: [
          [at(0), at(3)],
          [at(50), at(53)],
        ],
      },
      [
        right,
        spikeOf([tick(60_000)], { monotonicNs: at(50) }),
        spikeOf([preemption(60_000)], { monotonicNs: at(50), tid: 8 }),
        spikeOf([preemption(60_000)], { monotonicNs: at(60) }),
      ],
    );
    expect(verdict).toMatchObject({ injected: 2, detected: 2, causeRight: 1, spikes: [right] });
    expect(isMissed(verdict)).toBe(false);
  });

  it('counts every thread where all were disturbed', () => {
    const other = spikeOf([preemption(3_000_000)], { tid: 8 });
    expect(judge(hog, { ...once, everyThread: true }, [other])).toMatchObject({ causeRight: 1 });
    expect(judge(hog, once, [other])).toMatchObject({ detected: 0 });
  });

  it('wants the cause to stand out in the receipt', () => {
    const part = (ns: number) => [spikeOf([tick(100_000), preemption(ns)])];
    expect(judge(hog, once, part(50_000)).causeRight).toBe(1);
    expect(judge(hog, once, part(10_000)).causeRight).toBe(0);
  });

  it('is missed when it was never found, unless that may be', () => {
    const never = judge(hog, once, []);
    expect(isMissed(never)).toBe(true);
    expect(isMissed({ ...never, mayMiss: 'it may' })).toBe(false);
    expect(isMissed({ ...never, injected: 0 })).toBe(false);
    expect(isMissed(skipped(hog, 'not here'))).toBe(false);
  });
});

describe('a verdict on interrupts', () => {
  it('counts those of the source that hit the thread', () => {
    const interrupt = (source: string, ms: number, interruptedTid = 7) =>
      ({ source, timestampNs: ms * 1e6, durationUs: 3, interruptedTid }) as InterruptInfo;
    const verdict = judgeInterrupts(
      { ...hog, expected: ['ipi'], interrupt: 'tlb_shootdown' },
      {
        tid: 7,
        intervals: [
          [at(0), at(1)],
          [at(10), at(11)],
          [at(20), at(21)],
        ],
      },
      [
        interrupt('tlb_shootdown', 0.5),
        interrupt('reschedule', 10.5),
        interrupt('tlb_shootdown', 20.5, 8),
      ],
      (ns) => at(0) + ns,
    );
    expect(verdict).toMatchObject({ injected: 3, detected: 2, causeRight: 1 });
    expect(verdict.interrupts).toHaveLength(1);
  });
});

describe('the log of spikes', () => {
  it('replaces those that turned out to be part of a later one', () => {
    const log = new SpikeLog();
    log.add(spikeOf([tick(60_000)], { id: 1 }));
    log.add(spikeOf([tick(60_000)], { id: 2 }));
    log.add(spikeOf([tick(90_000)], { id: 3, supersedes: [1, 2] }));
    expect(log.all().map(({ id }) => id)).toEqual([3]);
  });
});
