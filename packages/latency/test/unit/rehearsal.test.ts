import { InterruptFlag, RecordKind } from '@hftmon/core';
import { expect, it } from 'vitest';
import { makeScenes } from '../../src/rehearsal/scenes.js';
import { TID } from '../support/records.js';
import { Stage } from '../support/stage.js';

/** These go the way of the other interrupts. */
const AS_OTHERS: readonly number[] = [RecordKind.HardIrq, RecordKind.Nmi];

function makesSpike(kind: number): boolean {
  using stage = new Stage({ thresholdUs: 50 });
  const words = [0, 0, 0, InterruptFlag.InterruptedTarget];
  stage.deliver({ kind, tid: TID, timestampNs: 0, durationNs: 1e6, words });
  return stage.spikes().length > 0;
}

it('every kind of record that makes a spike is rehearsed', () => {
  using stage = new Stage();
  const rehearsed = new Set(makeScenes(1e5).flatMap((scene) => scene.map(({ kind }) => kind)));
  const making = stage.collector.meta.kinds.filter(makesSpike);
  expect(making.length).toBeGreaterThan(8);
  const missing = making.filter((kind) => !rehearsed.has(kind) && !AS_OTHERS.includes(kind));
  expect(missing).toEqual([]);
});
