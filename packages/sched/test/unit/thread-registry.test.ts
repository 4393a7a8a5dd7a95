import { describe, expect, it } from 'vitest';
import { exitRecord, startRecord, switchRecord } from '../support/records.js';
import { stageOfThree } from '../support/stage.js';

describe('threads', () => {
  it('that end and begin anew with a tid are others', () => {
    const made = stageOfThree();
    made.push(
      switchRecord({ tid: 1, timestampNs: 1000 }),
      exitRecord({ tid: 1, timestampNs: 9000 }),
    );
    made.push(startRecord({ tid: 1, parent: 2, timestampNs: 10_000 }));
    const [ended, ...live] = made.registry.of(5).filter(({ tid }) => tid === 1);
    expect([ended!.hasEnded, live.length, live[0]!.hasEnded]).toEqual([true, 1, false]);
    expect(live[0]!.sums.every((sum) => sum === 0)).toBe(true);
  });

  it('whose end was lost end when their tid begins anew', () => {
    const made = stageOfThree();
    made.push(switchRecord({ tid: 1, timestampNs: 1000 }));
    made.push(startRecord({ tid: 1, parent: 2, timestampNs: 10_000 }));
    expect(made.registry.of(5).filter(({ tid }) => tid === 1)).toHaveLength(2);
  });

  it('of processes that are not followed are left alone', () => {
    const made = stageOfThree();
    made.push(startRecord({ tid: 99, pid: 98, parent: 98 }), switchRecord({ tid: 97 }));
    expect(made.registry.live.map(({ tid }) => tid)).toEqual([1, 2, 3]);
  });

  it('are remembered up to a bound when they have ended', () => {
    const made = stageOfThree();
    for (let tid = 100; tid < 2100; tid++) {
      made.push(
        startRecord({ tid, parent: 1, timestampNs: tid }),
        exitRecord({ tid, timestampNs: tid }),
      );
    }
    expect(made.registry.of(5)).toHaveLength(1024 + 3);
    expect(made.registry.live).toHaveLength(3);
  });
});
