import { LogLinearHistogram } from '@hftmon/core';
import { readU64At } from '../source/shared-memory.js';
import { HISTOGRAM, HISTOGRAM_SHAPE } from './layout.js';

/**
 * Copies a histogram that a native thread may still be filling: what comes meanwhile is in some of
 * the numbers and not in others, by as much.
 * @param offset - of the `struct hftmon_histogram`, bytes
 */
export function readHistogram(view: Uint32Array, offset = 0): LogLinearHistogram {
  const at = (field: number) => readU64At(view, offset + field);
  const buckets: [number, number][] = [];
  let count = 0;
  for (let i = 0; i < HISTOGRAM_SHAPE.buckets; i++) {
    const values = at(HISTOGRAM.buckets + 8 * i);
    if (values === 0) continue;
    buckets.push([i, values]);
    count += values;
  }
  return LogLinearHistogram.fromJSON({
    subBucketBits: HISTOGRAM_SHAPE.bits,
    count,
    sum: at(HISTOGRAM.sum),
    ...(count === 0 ? {} : { min: at(HISTOGRAM.min), max: at(HISTOGRAM.max) }),
    rejected: 0,
    buckets,
  });
}
