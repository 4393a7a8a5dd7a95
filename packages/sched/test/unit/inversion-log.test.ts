import { describe, expect, it } from 'vitest';
import { piBoostRecord } from '../support/records.js';
import { stageOfThree } from '../support/stage.js';

describe('the log of inversions', () => {
  it('keeps the latest', () => {
    const made = stageOfThree();
    for (let i = 0; i < 1500; i++) {
      const timestampNs = 10_000 * i;
      made.push(
        piBoostRecord({ tid: 2, donor: 1, donorNormal: 49, timestampNs }),
        piBoostRecord({ tid: 2, old: 49, timestampNs: timestampNs + 1000 + i }),
      );
    }
    expect(made.finder.log.total).toBe(1500);
    const kept = made.inversions();
    expect(kept).toHaveLength(1024);
    expect(kept[0]).toMatchObject({ timestampNs: 4_760_000, durationUs: 1.476 });
    expect(kept.at(-1)).toMatchObject({ timestampNs: 14_990_000, durationUs: 2.499 });
  });
});
