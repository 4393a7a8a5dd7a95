import { RECORD_WORDS } from '../../src/record/record-descriptor.js';
import { BroadcastCursor } from '../../src/ring/broadcast-cursor.js';
import { createRing } from '../../src/ring/create-ring.js';
import { SpscReader } from '../../src/ring/spsc-reader.js';
import { startWriter } from './ring-workers.js';
import { between, seededRandom } from './random.js';
import { verifyRecord } from './sequence.js';

/** How a race between a writer in a worker and a reader here is run. */
export interface RaceOptions {
  readonly script: URL;
  readonly capacity: number;
  readonly records: number;
  readonly seed: number;
}

/** What a race ended with. Records are numbered from 0 without gaps by the writer. */
export interface RaceResult {
  readonly seen: number;
  readonly lost: number;
}

/**
 * A writer at full speed against a reader that pauses at random.
 * @throws at the first record that is torn, repeated, out of order, or lost without being counted
 */
export async function raceBroadcast(options: RaceOptions): Promise<RaceResult> {
  const { script, capacity, records, seed } = options;
  const random = seededRandom(seed);
  const firstSequence = (2 ** 32 - Math.floor(records / 2)) >>> 0;
  const ring = createRing(capacity, { firstSequence });
  const cursor = new BroadcastCursor(ring, { batchRecords: between(random, 1, capacity) });
  const writer = startWriter(script, { type: 'broadcast', ring, records, seed });
  try {
    Atomics.store(writer.gate, 0, 1);
    Atomics.notify(writer.gate, 0);
    let seen = 0;
    while (seen + cursor.lost < records) {
      const count = cursor.poll();
      if (count === 0 && Atomics.load(writer.gate, 1) === 1 && cursor.lag === 0) break;
      verifyBatch(cursor, seen + cursor.lost, count);
      seen += count;
      pause(between(random, 0, 4) === 0 ? between(random, 0, 30_000) : 0);
      if (between(random, 0, 500) === 0) await new Promise(setImmediate);
    }
    await writer.refused;
    return { seen, lost: cursor.lost };
  } finally {
    await writer.terminate();
  }
}

/** The same with an spsc ring, where nothing may be lost. @returns what was refused */
export async function raceSpsc(
  options: RaceOptions,
): Promise<{ seen: number; refused: number; counted: number }> {
  const { script, capacity, records, seed } = options;
  const random = seededRandom(seed);
  const ring = createRing(capacity, { firstSequence: (2 ** 32 - Math.floor(records / 2)) >>> 0 });
  const reader = new SpscReader(ring, between(random, 1, capacity));
  const writer = startWriter(script, { type: 'spsc', ring, records, seed });
  try {
    Atomics.store(writer.gate, 0, 1);
    Atomics.notify(writer.gate, 0);
    let seen = 0;
    while (seen < records) {
      const count = reader.poll();
      verifyBatch(reader, seen, count);
      seen += count;
      pause(between(random, 0, 4) === 0 ? between(random, 0, 3_000) : 0);
      if (between(random, 0, 500) === 0) await new Promise(setImmediate);
    }
    return { seen, counted: await writer.refused, refused: reader.refused };
  } finally {
    await writer.terminate();
  }
}

function verifyBatch(reader: BroadcastCursor | SpscReader, first: number, count: number): void {
  const { u32, f64 } = reader.batch;
  for (let i = 0; i < count; i++) {
    const n = verifyRecord(u32, f64, i * RECORD_WORDS);
    if (n !== first + i) throw new Error(`record ${n}, not ${first + i}`);
  }
}

function pause(turns: number): void {
  for (let i = 0; i < turns; i++) Math.imul(i, i);
}
