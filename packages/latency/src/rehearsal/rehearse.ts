import { createBatch, type RecordBatch } from '@hftmon/core';
import { OTHER_TID, TID, makeScenes, threadStart, writeScene, type Prop } from './scenes.js';

/** V8 has compiled all of it, and finds no reason to do so again, after so many spikes. */
const COLLECTORS = 8;
const ROUNDS = 400;
const EVERY_NS = 1e9;

/** What takes records: a collector whose verdicts nobody hears. */
export interface Rehearsed {
  onRecords(batch: RecordBatch): void;
  sample(nowNs: number): unknown;
}

/**
 * Has made-up spikes go all the way from record to receipt, in collectors of their own. Spikes are
 * rare: without it the first thousands would be found by interpreted code, which takes ten times
 * as long. Code that V8 has compiled is thrown away when it meets what it has not met before, so
 * the scenes differ as those of real threads do, and there are several collectors: to the objects
 * of one V8 would bind the code, and full ones are not like new ones.
 */
export function rehearse(make: () => Rehearsed, thresholdNs: number): void {
  const scenes = makeScenes(2 * thresholdNs);
  const batch = createBatch(Math.max(...scenes.map((scene) => scene.length)));
  for (let i = 0; i < COLLECTORS; i++) play(make(), scenes, batch);
}

function play(
  collector: Rehearsed,
  scenes: readonly (readonly Prop[])[],
  batch: RecordBatch,
): void {
  for (const tid of [TID, OTHER_TID]) {
    writeScene(batch, [threadStart()], 0, tid);
    collector.onRecords(batch);
  }
  for (let round = 1; round <= ROUNDS; round++) {
    const scene = scenes[round % scenes.length]!;
    const tid = round % 16 === 0 ? OTHER_TID : TID;
    // One by one, as a delivery that never sleeps brings them, and together.
    const atOnce = round % 3 === 0 ? scene.length : 1;
    for (let i = 0; i < scene.length; i += atOnce) {
      writeScene(batch, scene.slice(i, i + atOnce), round * EVERY_NS, tid);
      collector.onRecords(batch);
    }
    if (round % 16 === 0) collector.sample((round + 0.5) * EVERY_NS + 0.5);
  }
}
