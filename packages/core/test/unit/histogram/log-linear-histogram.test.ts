import { describe, expect, it } from 'vitest';
import { LogLinearHistogram, exactPercentile, percentilesOf } from '../../../src/index.js';
import { between, seededRandom } from '../../support/random.js';

const PERCENTS = [0, 0.1, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];

type Shape = [name: string, draw: (random: () => number) => number];
const SHAPES: Shape[] = [
  ['uniform and small', (random) => between(random, 0, 300)],
  ['uniform and large', (random) => between(random, 0, 2 ** 40)],
  ['exponential', (random) => Math.floor(-Math.log(1 - random()) * 20_000)],
  ['over all magnitudes', (random) => Math.floor(2 ** (random() * 52))],
  ['one value', () => 123_456_789],
  ['around 2^32', (random) => 2 ** 32 + between(random, -50, 50)],
];

describe('LogLinearHistogram', () => {
  describe.each(SHAPES)('%s', (_name, draw) => {
    it.each([1, 4, 7, 12])('keeps its stated error with %i bits', (bits) => {
      const random = seededRandom(bits * 1000 + 1);
      const histogram = new LogLinearHistogram(bits);
      const values = Array.from({ length: 5_000 }, () => draw(random));
      for (const value of values) histogram.record(value);
      values.sort((a, b) => a - b);
      for (const percent of PERCENTS) {
        const exact = exactPercentile(values, percent) as number;
        const answer = histogram.percentile(percent) as number;
        expect(answer).toBeGreaterThanOrEqual(exact);
        expect(answer).toBeLessThanOrEqual(exact * (1 + histogram.relativeError));
      }
      expect(histogram.min).toBe(values[0]);
      expect(histogram.max).toBe(values.at(-1));
      expect(histogram.count).toBe(values.length);
      const sum = values.reduce((a, b) => a + b, 0);
      expect(histogram.sum / sum).toBeCloseTo(1, 12);
      expect((histogram.mean as number) / (sum / values.length)).toBeCloseTo(1, 12);
    });
  });

  it('is exact below 2^bits', () => {
    const histogram = new LogLinearHistogram(7);
    for (let value = 0; value < 256; value++) histogram.record(value);
    for (let value = 0; value < 256; value++) {
      expect(histogram.percentile(((value + 1) / 256) * 100)).toBe(value);
    }
  });

  it.each([1, 2, 3])('merges without loss (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const whole = new LogLinearHistogram(5);
    const parts = [0, 1, 2].map(() => new LogLinearHistogram(5));
    for (let i = 0; i < 3000; i++) {
      const value = i % 500 === 0 ? -1 : Math.floor(2 ** (random() * 50));
      whole.record(value);
      (parts[between(random, 0, 2)] as LogLinearHistogram).record(value);
    }
    const merged = new LogLinearHistogram(5);
    for (const part of parts) merged.merge(part);
    expect(merged.toJSON()).toEqual({
      ...whole.toJSON(),
      sum: expect.closeTo(whole.sum, -3) as number,
    });
  });

  it('survives JSON', () => {
    const histogram = new LogLinearHistogram(6);
    for (const value of [0, 5, 5, 1e6, 2 ** 40, NaN]) histogram.record(value);
    const json = JSON.parse(JSON.stringify(histogram)) as ReturnType<typeof histogram.toJSON>;
    const copy = LogLinearHistogram.fromJSON(json);
    expect(copy.toJSON()).toEqual(histogram.toJSON());
    copy.record(7);
    expect(copy.count).toBe(6);
    const empty = new LogLinearHistogram();
    expect(LogLinearHistogram.fromJSON(empty.toJSON()).toJSON()).toEqual(empty.toJSON());
  });

  it('turns negative and NaN away, counted', () => {
    const histogram = new LogLinearHistogram();
    for (const value of [-1, NaN, -Infinity, 3]) histogram.record(value);
    expect(histogram.rejected).toBe(3);
    expect(histogram.count).toBe(1);
    expect(histogram.sum).toBe(3);
  });

  it('puts what is too large into its last bucket', () => {
    const histogram = new LogLinearHistogram();
    for (const value of [2 ** 53, 2 ** 60, 1e300]) histogram.record(value);
    expect(histogram.max).toBe(1e300);
    expect(histogram.percentile(1)).toBe(2 ** 53);
    expect(histogram.percentile(100)).toBe(1e300);
  });

  it('answers undefined when it is empty, also after clear', () => {
    const histogram = new LogLinearHistogram();
    histogram.record(5);
    histogram.clear();
    const { min, max, mean, count, sum } = histogram;
    expect([min, max, mean, count, sum]).toEqual([undefined, undefined, undefined, 0, 0]);
    expect(percentilesOf(histogram, [50])).toEqual([{ percent: 50, value: undefined }]);
    expect(percentilesOf(histogram, [])).toEqual([]);
  });

  it('refuses what makes no sense', () => {
    const refusal = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }) as Error;
    for (const bits of [0, 13, 1.5, NaN]) {
      expect(() => new LogLinearHistogram(bits)).toThrow(refusal);
    }
    for (const percent of [-1, 100.1, NaN]) {
      expect(() => new LogLinearHistogram().percentile(percent)).toThrow(refusal);
      expect(() => exactPercentile([1], percent)).toThrow(refusal);
    }
    expect(() => new LogLinearHistogram(5).merge(new LogLinearHistogram(6))).toThrow(refusal);
  });

  it('takes percentiles of no values', () => {
    expect(exactPercentile([], 50)).toBe(undefined);
  });
});
