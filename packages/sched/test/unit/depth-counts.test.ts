import { describe, expect, it } from 'vitest';
import { DepthCounts } from '../../src/threads/depth-counts.js';

describe('depths of a run queue', () => {
  it('have no distribution before the first', () => {
    expect(new DepthCounts().distribution([50])).toEqual({
      count: 0,
      max: undefined,
      mean: undefined,
      percentiles: [{ percent: 50, value: undefined }],
    });
  });

  it('are counted exactly', () => {
    const counts = new DepthCounts();
    for (const depth of [0, 0, 0, 1, 1, 2, 7, 255, 255, 0]) counts.record(depth);
    const { count, max, mean, percentiles } = counts.distribution([0, 40, 41, 60, 80, 81, 100]);
    expect({ count, max, mean }).toEqual({ count: 10, max: 255, mean: 52.1 });
    expect(percentiles.map(({ value }) => value)).toEqual([0, 0, 1, 1, 7, 255, 255]);
  });
});
