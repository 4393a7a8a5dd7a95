import { describe, expect, it } from 'vitest';
import { isMonitorError, log2Percentile } from '../../../src/index.js';

const buckets = [1, 0, 3, 0, 0, 6];

describe('log2Percentile', () => {
  it.each([
    [0, 0, 2],
    [10, 0, 2],
    [10.1, 4, 8],
    [40, 4, 8],
    [41, 32, Infinity],
    [100, 32, Infinity],
  ])('bounds percentile %d', (percent, lower, upper) => {
    expect(log2Percentile(buckets, percent)).toEqual({ percent, lower, upper });
  });

  it('holds the true value between its bounds', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i * i) % 7919);
    const counts = new Uint32Array(40);
    for (const value of values) counts[Math.max(0, Math.floor(Math.log2(value)))]! += 1;
    const sorted = [...values].sort((a, b) => a - b);
    for (const percent of [1, 10, 50, 90, 99, 99.9, 100]) {
      const exact = sorted[Math.ceil((percent / 100) * 1000) - 1]!;
      const { lower, upper } = log2Percentile(counts, percent)!;
      expect(exact).toBeGreaterThanOrEqual(lower);
      expect(exact).toBeLessThan(upper);
    }
  });

  it('has none of nothing', () => {
    expect(log2Percentile([0, 0], 50)).toBeUndefined();
    expect(log2Percentile([], 50)).toBeUndefined();
  });

  it('refuses what is no percentile', () => {
    expect(() => log2Percentile(buckets, 101)).toThrow(
      expect.toSatisfy(
        (error: unknown) => isMonitorError(error) && error.code === 'HFTMON_E_CONFIG_INVALID',
      ),
    );
  });
});
