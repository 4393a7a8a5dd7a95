import type { NoiseGap, NoiseReport } from '@hftmon/monitor';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../src/args/parse-rate.js';
import { styleFor } from '../../src/io/style.js';
import { gapJson, noiseJson } from '../../src/verbs/noise/document.js';
import { noiseText } from '../../src/verbs/noise/text.js';
import { preemption, tick } from '../support/spike.js';

const UNSUPPORTED = { ok: false, code: 'HFTMON_E_UNSUPPORTED', reason: 'r', remedy: 'm' } as const;

function gapOf(startNs: number, changes: Partial<NoiseGap>): NoiseGap {
  return {
    timestamp: new Date(0),
    timestampNs: startNs,
    monotonicNs: startNs,
    durationNs: 1000,
    cpu: 1,
    cause: 'hardware_or_hypervisor',
    causeClass: 'hardware',
    involuntarySwitches: 0,
    minorFaults: 0,
    majorFaults: 0,
    ...changes,
  };
}

const PREEMPTED = gapOf(2e9, {
  durationNs: 3_010_000,
  cause: 'preemption',
  causeClass: 'context_switch',
  receipt: { durationNs: 3_010_000, parts: [preemption(3e6), tick(10_000)], unexplainedNs: 0 },
});

const REPORT: NoiseReport = {
  cpu: 1,
  mode: 'periodic',
  intervalNs: 1000,
  thresholdNs: 1000,
  askedNs: 10e9,
  durationNs: 10e9,
  end: 'done',
  realtimePriority: 0,
  reachedHz: 999_690,
  readingsHz: 20e6,
  slots: { due: 10_000_000, sampled: 9_996_900, missed: 3100, rested: 0, onTime: 9_996_000 },
  lateness: {
    count: 9_996_900,
    min: 0,
    max: 3_009_000,
    mean: 12,
    relativeError: 1 / 64,
    percentiles: [{ percent: 50, value: 9 }],
  },
  gaps: {
    count: 3,
    ns: 3_013_000,
    longestNs: 3_010_000,
    lost: 0,
    list: [gapOf(1e9, { durationNs: 2000 }), PREEMPTED],
  },
  byCause: [
    { cause: 'preemption', causeClass: 'context_switch', ns: 3e6, gaps: 1 },
    { cause: 'hardware_or_hypervisor', causeClass: 'hardware', ns: 3000, gaps: 2 },
  ],
  hardware: {
    stealNs: { value: 0, support: { ok: true, tier: 'procfs', source: '/proc/stat' } },
    smis: { value: undefined, support: UNSUPPORTED },
  },
  blindNs: 6000,
  clock: { source: 'tsc', counter: true, counterHz: 3e9 },
  kernelEvents: { ok: true, tier: 'kernel', source: 'BPF' },
  notObserved: [{ cause: 'smi', reason: 'r' }],
  losses: undefined,
};

describe('the noise report', () => {
  it('reads like this', () => {
    expect(noiseText(REPORT, styleFor(false)).join('\n')).toMatchInlineSnapshot(`
      "CPU 1, 10s: 999 690 samples a second of 1 000 000 asked for (tsc)
      10 000 000 slots: 9 996 900 sampled, 3 100 missed; 99.960 % within 1us
      lateness: p50 9ns, max 3.01ms

      3 gaps over 1us: 3.01ms in 10s
        cause                   gaps  time  of the run
        preemption                 1   3ms    0.0300 %
        hardware or hypervisor     2   3us    0.0000 %
        no time stolen by the hypervisor, by its own account; SMIs not counted here

      the longest:
         at 2.000000 s   3.01ms  preemption 3ms (by hog/9 SCHED_FIFO) + timer_tick 10us (×2)
         at 1.000000 s      2us  hardware or hypervisor

      not observed here: smi"
    `);
  });

  it('says so where a cause is told by a count alone', () => {
    const counted = {
      ...PREEMPTED,
      causeFrom: 'rusage',
      involuntarySwitches: 1,
      receipt: {
        durationNs: 3_010_000,
        unexplainedNs: 3_010_000,
        parts: [{ cause: 'unexplained', causeClass: 'unknown', ns: 3_010_000, details: {} }],
      },
    } as unknown as NoiseReport['gaps']['list'][number];
    const report = { ...REPORT, gaps: { ...REPORT.gaps, list: [counted] } };
    expect(noiseText(report, styleFor(false)).join('\n')).toContain(
      '3.01ms  unexplained 3.01ms [preemption: 1 involuntary switch counted, not traced]',
    );
  });

  it('says what of a cause is from a count alone', () => {
    const [preemption, ...others] = REPORT.byCause;
    const counted = { ...preemption!, fromRusage: { ns: 2e6, gaps: 1 } };
    const told = 'of preemption, 2ms in 1 gap by the kernel';
    const textOf = (byCause: NoiseReport['byCause']) =>
      noiseText({ ...REPORT, byCause }, styleFor(false)).join('\n');
    expect(textOf([counted, ...others])).toContain(told);
    expect(textOf(REPORT.byCause)).not.toContain(told);
  });

  it('has null for what is not counted, and gaps in their own lines of a stream', () => {
    const json = JSON.parse(JSON.stringify(noiseJson(REPORT, false))) as Record<string, unknown>;
    expect(json).toMatchObject({
      schema: 'hftmon.noise/1',
      gaps: { count: 3, ns: 3_013_000, longestNs: 3_010_000, lost: 0 },
      hardware: { smis: { value: null }, stealNs: { value: 0 } },
      losses: null,
    });
    expect(json['gaps']).not.toHaveProperty('list');
    expect(noiseJson(REPORT, true).gaps.list).toEqual(REPORT.gaps.list.map(gapJson));
    expect(gapJson(PREEMPTED)).toMatchObject({ schema: 'hftmon.gap/1', durationNs: 3_010_000 });
    expect(gapJson(PREEMPTED)).not.toHaveProperty('timestamp');
    const continuous = noiseJson({ ...REPORT, slots: undefined }, true);
    expect(continuous.slots).toBeNull();
  });
});

describe('--rate', () => {
  it.each([
    ['1mhz', 1000],
    ['1MHz', 1000],
    ['100khz', 10_000],
    ['1.5khz', 666_667],
    ['1hz', 1e9],
    ['max', 0],
  ])('%s is a sample every %i ns', (text, ns) => expect(parseRate(text)).toBe(ns));

  it.each(['', '0hz', '2mhz', '1000', '1ghz', '-1hz', 'NaNhz', '0.5hz'])('is not %o', (text) => {
    expect(() => parseRate(text)).toThrowError(expect.objectContaining({ code: 'HFTMON_E_USAGE' }));
  });
});
