import { describe, expect, it } from 'vitest';
import { LogLinearHistogram, streamDistribution } from '../../../src/index.js';

describe('streamDistribution', () => {
  it('sums values up', () => {
    const histogram = new LogLinearHistogram();
    for (const value of [2, 4, 9]) histogram.record(value);
    expect(streamDistribution(histogram, [50, 100])).toEqual({
      count: 3,
      min: 2,
      max: 9,
      mean: 5,
      relativeError: histogram.relativeError,
      percentiles: [
        { percent: 50, value: 4 },
        { percent: 100, value: 9 },
      ],
    });
  });

  it('has no values of nothing', () => {
    expect(streamDistribution(new LogLinearHistogram(), [99])).toMatchObject({
      count: 0,
      min: undefined,
      max: undefined,
      mean: undefined,
      percentiles: [{ percent: 99, value: undefined }],
    });
  });
});
