import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { checkSamplerOptions, maxSampleRate } from '../../../src/sampling/sampler-options.js';
import { cpuClockEvent } from '../../../src/sampling/sampling-event.js';

let roots: FakeRoots;

beforeEach(() => {
  roots = new FakeRoots();
});

afterEach(() => roots[Symbol.dispose]());

const check = (periodNs: number) =>
  checkSamplerOptions({ events: [cpuClockEvent(periodNs)], procRoot: roots.procRoot });

describe('the rate of samples', () => {
  it('is bounded by what the kernel permits', () => {
    roots.write('proc/sys/kernel/perf_event_max_sample_rate', '25000\n');
    expect(maxSampleRate(roots.procRoot)).toBe(25_000);
    expect(() => check(39_999)).toThrow(
      expect.objectContaining({
        code: 'HFTMON_E_SAMPLE_RATE',
        limitHz: 25_000,
        leastNs: 40_000,
        name: 'ConfigurationError',
      }),
    );
    expect(() => check(40_000)).not.toThrow();
  });

  it('is bounded by the clock itself where the kernel permits more, or does not say', () => {
    expect(maxSampleRate(roots.procRoot)).toBeUndefined();
    expect(() => check(10_000)).not.toThrow();
    roots.write('proc/sys/kernel/perf_event_max_sample_rate', '1000000\n');
    expect(() => check(9_999)).toThrow(expect.objectContaining({ leastNs: 10_000 }));
  });

  it('is not bounded for events whose rate is not known', () => {
    const event = { ...cpuClockEvent(17), source: 'pebs' } as const;
    expect(checkSamplerOptions({ events: [event] }).ringPages).toBe(64);
  });
});

describe('the rings', () => {
  it.each([
    [100_000_000, 4],
    [1_000_000, 8],
    [100_000, 64],
    [10_000, 256],
  ])('of a sample every %i ns have %i pages', (periodNs, pages) => {
    expect(check(periodNs).ringPages).toBe(process.arch === 'x64' ? pages : expect.any(Number));
  });
});
