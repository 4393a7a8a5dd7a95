import { describe, expect, it } from 'vitest';
import type { Support } from '@hftmon/core';
import { SamplingGaps, sourceInFact } from '../../../src/sharing/sampling-gaps.js';

const SOURCE: Support = { ok: true, tier: 'kernel', source: 'cpu-clock' };

function refusal(tid: number, code = 'HFTMON_E_FILES_EXHAUSTED') {
  return { ok: false, code, reason: `no file left for thread ${tid}`, remedy: 'raise it' } as const;
}

describe('threads that are not sampled', () => {
  it('are counted by process and reason', () => {
    const gaps = new SamplingGaps();
    for (const tid of [11, 12, 13]) gaps.add(10, tid, refusal(tid));
    gaps.add(20, 21, refusal(21));
    gaps.remove(10, 12);
    const reason = 'no file left for its threads';
    expect(gaps.list()).toMatchObject([
      { pid: 10, reason, threads: 2 },
      { pid: 20, reason, threads: 1 },
    ]);
    gaps.remove(20, 21);
    gaps.release(10);
    expect(gaps.list()).toEqual([]);
  });

  it('are none when they have ended', () => {
    const gaps = new SamplingGaps();
    gaps.add(10, 11, refusal(11, 'HFTMON_E_THREAD_NOT_FOUND'));
    expect(gaps.list()).toEqual([]);
  });

  it('degrade the source, or take it away when nothing else was sampled', () => {
    const gaps = new SamplingGaps();
    expect(sourceInFact(SOURCE, gaps.list(), 0)).toBe(SOURCE);
    gaps.add(10, 11, refusal(11));
    expect(sourceInFact(SOURCE, gaps.list(), 5)).toMatchObject({
      ok: true,
      degraded: 'process 10, 1 threads not sampled: no file left for its threads',
    });
    expect(sourceInFact(SOURCE, gaps.list(), 0)).toMatchObject({
      ok: false,
      reason: 'no file left for its threads',
      remedy: 'raise it',
    });
  });
});
