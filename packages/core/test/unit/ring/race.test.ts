import { describe, expect, it } from 'vitest';
import { compileSources } from '../../support/compiled.js';
import { raceBroadcast, raceSpsc } from '../../support/race.js';

describe('rings with a writer in another thread', () => {
  it('hand out whole records only, and count the lost ones', async () => {
    const script = compileSources().url('test/support/ring-workers.js');
    let lost = 0;
    for (const [seed, capacity] of [
      [1, 4],
      [2, 64],
      [3, 1024],
    ] as const) {
      const records = 300_000;
      const result = await raceBroadcast({ script, capacity, records, seed });
      expect(result.seen + result.lost).toBe(records);
      expect(result.seen).toBeGreaterThan(0);
      lost += result.lost;
    }
    // Without a lap the race would prove nothing.
    expect(lost).toBeGreaterThan(0);
  });

  it('lose nothing when they never overwrite', async () => {
    const script = compileSources().url('test/support/ring-workers.js');
    let refused = 0;
    for (const [seed, capacity] of [
      [1, 4],
      [2, 64],
      [3, 256],
    ] as const) {
      const records = 200_000;
      const result = await raceSpsc({ script, capacity, records, seed });
      expect(result.seen).toBe(records);
      expect(result.counted).toBe(result.refused);
      refused += result.refused;
    }
    expect(refused).toBeGreaterThan(0);
  });
});
