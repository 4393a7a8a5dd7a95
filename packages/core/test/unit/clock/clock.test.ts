import { describe, expect, it } from 'vitest';
import { MonotonicClock } from '../../../src/index.js';
import { calibrateClocks, type Clocks } from '../../../src/clock/calibrate-clocks.js';

/** Clocks with known offsets, each reading of which takes 37 ns. */
function fakeClocks(wallAtZeroMs: number, performanceAtZeroNs: number): Clocks {
  let now = 1_000_000_000n;
  const tick = (): bigint => (now += 37n);
  return {
    monotonicNs: tick,
    wallMs: () => Math.floor(wallAtZeroMs + Number(tick()) / 1e6),
    performanceMs: () => (Number(tick()) - performanceAtZeroNs) / 1e6,
  };
}

describe('calibrateClocks', () => {
  it.each([1.7e12, 1.7e12 + 0.25, 1.7e12 + 0.999])('finds wall time %d within 1 µs', (wall) => {
    const { monotonicNs, wallMs, wallErrorNs } = calibrateClocks(fakeClocks(wall, 0));
    expect(wallErrorNs).toBeLessThan(200);
    const error = (wallMs - (wall + Number(monotonicNs) / 1e6)) * 1e6;
    // A double of this size holds quarters of a µs.
    expect(Math.abs(error)).toBeLessThan(1000);
  });

  it('finds the origin of performance.now within a reading', () => {
    const { performanceOriginNs } = calibrateClocks(fakeClocks(1.7e12, 555_000));
    expect(Math.abs(Number(performanceOriginNs) - 555_000)).toBeLessThan(40);
  });

  it('starts anew when the wall clock is stepped meanwhile', () => {
    const clocks = fakeClocks(1.7e12, 0);
    let readings = 0;
    const stepped = { ...clocks, wallMs: () => clocks.wallMs() + (readings++ > 10 ? 5000 : 0) };
    const { wallMs, monotonicNs } = calibrateClocks(stepped);
    expect(Math.abs(wallMs - (1.7e12 + 5000 + Number(monotonicNs) / 1e6))).toBeLessThan(0.01);
  });
});

describe('MonotonicClock', () => {
  it('agrees with hrtime and Date', () => {
    const epoch = process.hrtime.bigint() - 5_000_000_000n;
    const clock = new MonotonicClock(epoch);
    for (let i = 0; i < 100; i++) {
      const before = Number(process.hrtime.bigint() - epoch);
      const now = clock.nowNs();
      const after = Number(process.hrtime.bigint() - epoch);
      expect(now).toBeGreaterThan(before - 1000);
      expect(now).toBeLessThan(after + 1000);
    }
    const before = Date.now();
    const date = clock.toDate(clock.nowNs()).getTime();
    expect(date).toBeGreaterThanOrEqual(before - 2);
    expect(date).toBeLessThanOrEqual(Date.now() + 2);
    expect(clock.toMonotonicNs(0)).toBe(epoch);
    expect(clock.toMonotonicNs(1.6)).toBe(epoch + 2n);
  });

  it('counts from its epoch', () => {
    const clock = new MonotonicClock();
    expect(clock.nowNs()).toBeGreaterThan(0);
    expect(clock.nowNs()).toBeLessThan(1e9);
  });

  it('maps times before and after the epoch', () => {
    const calibration = {
      monotonicNs: 100_000_000n,
      wallMs: 1.7e12,
      wallErrorNs: 50,
      performanceOriginNs: 0n,
    };
    const clock = new MonotonicClock(40_000_000n, calibration);
    expect(clock.epochWallMs).toBe(1.7e12 - 60);
    expect(clock.toDate(60e6)).toEqual(new Date(1.7e12));
    expect(clock.toDate(-40e6)).toEqual(new Date(1.7e12 - 100));
  });
});
