import { describe, expect, it } from 'vitest';
import { compileSources } from '../test/support/compiled.js';
import { raceBroadcast, raceSpsc } from '../test/support/race.js';

/** `HFTMON_STRESS=long` runs a hundred times as many records; `quick` is for every commit. */
const long = process.env['HFTMON_STRESS'] === 'long';
const records = long ? 100_000_000 : 1_000_000;
const capacities = [2, 8, 64, 1024, 16_384];

describe(`rings with a writer in another thread, ${records} records each`, () => {
  it.each(capacities)('broadcast, capacity %i: whole records, exact losses', async (capacity) => {
    const script = compileSources().url('test/support/ring-workers.js');
    const result = await raceBroadcast({ script, capacity, records, seed: capacity });
    // Legal: any split between seen and lost. Illegal, and thrown: a torn or repeated record, or
    // one that is missing without being counted.
    expect(result.seen + result.lost).toBe(records);
  });

  it.each(capacities)('spsc, capacity %i: nothing lost, refusals exact', async (capacity) => {
    const script = compileSources().url('test/support/ring-workers.js');
    const result = await raceSpsc({ script, capacity, records, seed: capacity });
    expect(result.seen).toBe(records);
    expect(result.refused).toBe(result.counted);
  });
});
