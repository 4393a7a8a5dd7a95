import { describe, expect, it } from 'vitest';
import { Prng } from '@hftmon/testkit';
import { findPeriod, type Period } from '../../src/periods/period.js';
import { WAKE_UPS, WakeUpRing } from '../../src/periods/wake-up-ring.js';

const PERCENTILES = [50, 90, 99];
const MS = 1e6;

function ring(timesNs: readonly number[], syscall = (_i: number): number => -1): WakeUpRing {
  const made = new WakeUpRing();
  timesNs.forEach((_, i) => made.push(Float64Array.from(timesNs), i, syscall(i)));
  return made;
}

const find = (made: WakeUpRing, fromNs = -Infinity): Period | string =>
  findPeriod(made, fromNs, PERCENTILES);
const period = (made: WakeUpRing): Period => find(made) as Period;
const every = (count: number, periodNs: number): number[] =>
  Array.from({ length: count }, (_, i) => 1000 + i * periodNs);
const values = ({ jitterUs }: Period): (number | undefined)[] => jitterUs.map(({ value }) => value);

describe('the period', () => {
  it('of a clock is its own, without jitter', () => {
    const found = period(ring(every(100, 2 * MS)));
    expect(found).toEqual({
      periodUs: 2000,
      wakeUps: 100,
      missed: 0,
      jitterUs: PERCENTILES.map((percent) => ({ percent, value: 0 })),
      maxJitterUs: 0,
    });
  });

  it('is found through jitter, exactly by its mean', () => {
    const random = new Prng(11);
    const times = every(500, MS).map((time) => time + random.int(0, 50_000));
    const found = period(ring(times));
    expect(found.periodUs).toBeCloseTo(1000, 0);
    const own = times.slice(1).map((time, i) => Math.abs(time - times[i]! - found.periodUs * 1e3));
    own.sort((a, b) => a - b);
    expect(found.maxJitterUs).toBeCloseTo(own.at(-1)! / 1e3, 6);
    expect(values(found)[0]).toBeCloseTo(own[Math.ceil(own.length / 2) - 1]! / 1e3, 6);
  });

  it('leaves out wake-ups that were missed, and says how many', () => {
    const times = every(200, MS).filter((_, i) => i % 40 !== 7 && i !== 100 && i !== 101);
    const found = period(ring(times));
    expect(found).toMatchObject({ periodUs: 1000, missed: 7, maxJitterUs: 0 });
  });

  it('leaves out pauses', () => {
    const times = every(200, MS).map((time, i) => (i < 100 ? time : time + 12_345_678));
    expect(period(ring(times))).toMatchObject({ periodUs: 1000, missed: 0, maxJitterUs: 0 });
  });

  it('stands single late ones, which are jitter', () => {
    const times = every(300, MS).map((time, i) => (i % 50 === 20 ? time + 400_000 : time));
    const found = period(ring(times));
    expect(found.periodUs).toBeCloseTo(1000, 6);
    expect(values(found)).toEqual([
      expect.closeTo(0, 6),
      expect.closeTo(0, 6),
      expect.closeTo(400, 6),
    ]);
  });

  it('is found when one wake-up of ten is late, by any part of it', () => {
    for (const late of [300_000, 600_000, 740_000]) {
      const times = every(300, MS).map((time, i) => (i % 10 === 4 ? time + late : time));
      expect(period(ring(times))).toMatchObject({
        periodUs: 1000,
        wakeUps: 300,
        missed: 0,
        maxJitterUs: late / 1e3,
      });
    }
  });

  it('is found when the next ones are late with it', () => {
    // A thread that sleeps for a fixed time, and does not make up for what it lost.
    let now = 0;
    const times = Array.from({ length: 300 }, (_, i) => (now += i % 10 === 4 ? 1.6 * MS : MS));
    expect(period(ring(times))).toMatchObject({ periodUs: 1000, missed: 0, maxJitterUs: 600 });
  });

  it('is none where too many are late', () => {
    const times = every(300, MS).map((time, i) => (i % 5 === 4 ? time + 400_000 : time));
    expect(find(ring(times))).toMatch(/^it is not periodic/);
  });

  it('is that of one system call where the thread wakes up in between too', () => {
    // A cycle: it sleeps till the next period, and then waits for a lock at a random time.
    const random = new Prng(7);
    const times: number[] = [];
    const calls: number[] = [];
    for (const time of every(100, MS)) {
      times.push(time, time + random.int(1000, 900_000));
      calls.push(230, 202);
    }
    expect(period(ring(times, (i) => calls[i]!))).toMatchObject({ periodUs: 1000, wakeUps: 100 });
    expect(find(ring(times))).toMatch(/^it is not periodic/);
  });

  it.each([
    ['at random times', (random: Prng) => -MS * Math.log(1 - random.int(0, 999_999) / 1e6)],
    ['now and then', (random: Prng) => random.int(1, 3 * MS)],
    ['in bursts', (_random: Prng, i: number) => (i % 3 === 0 ? 5 * MS : 100_000)],
  ])('is none of a thread that wakes up %s', (_how, interval) => {
    const random = new Prng(3);
    let now = 0;
    const times = Array.from({ length: 400 }, (_, i) => (now += interval(random, i)));
    expect(find(ring(times))).toBe(
      'it is not periodic: fewer than 85 % of its wake-ups come in time',
    );
  });

  it('needs enough wake-ups, also within the window', () => {
    expect(find(ring([]))).toBe('it woke up 0 times; a period needs 17');
    expect(find(ring(every(16, MS)))).toBe('it woke up 16 times; a period needs 17');
    expect(find(ring(every(17, MS)))).toMatchObject({ wakeUps: 17 });
    const made = ring(every(100, MS));
    expect(find(made, 1000 + 80 * MS)).toMatchObject({ wakeUps: 20 });
    expect(find(made, 1000 + 90 * MS)).toBe('it woke up 10 times; a period needs 17');
  });

  it('is that of the latest wake-ups when there were many', () => {
    const times = [...every(1000, MS), ...every(WAKE_UPS, 3 * MS).map((time) => time + 1e12)];
    expect(period(ring(times))).toMatchObject({ periodUs: 3000, wakeUps: WAKE_UPS });
  });

  it('is none of wake-ups at one time', () => {
    expect(find(ring(every(100, 0)))).toMatch(/^it is not periodic/);
  });
});
