import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { BroadcastWriter } from '../../src/ring/broadcast-writer.js';
import { SpscWriter } from '../../src/ring/spsc-writer.js';
import type { RecordRing } from '../../src/ring/record-ring.js';
import { between, seededRandom } from './random.js';
import { fillRecord } from './sequence.js';

/** What a writer in a worker does. */
export interface WriterJob {
  readonly type: 'broadcast' | 'spsc';
  readonly ring: RecordRing;
  readonly records: number;
  readonly seed: number;
  /** [0]: set to 1 by the reader to let the writer begin; [1]: set by the writer at its end. */
  readonly gate: Int32Array;
}

/** Starts a writer; resolves with the number of claims it was refused. */
export function startWriter(script: URL, job: Omit<WriterJob, 'gate'>) {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(script, { workerData: { ...job, gate } satisfies WriterJob });
  const refused = new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { gate, refused, terminate: () => worker.terminate() };
}

if (!isMainThread && isWriterJob(workerData)) {
  Atomics.wait(workerData.gate, 0, 0);
  const refused = workerData.type === 'spsc' ? writeSpsc(workerData) : writeBroadcast(workerData);
  Atomics.store(workerData.gate, 1, 1);
  parentPort!.postMessage(refused);
}

function isWriterJob(data: unknown): data is WriterJob {
  return typeof data === 'object' && data !== null && 'gate' in data && 'ring' in data;
}

function writeBroadcast({ ring, records, seed }: WriterJob): number {
  const writer = new BroadcastWriter(ring);
  const random = seededRandom(seed);
  for (let n = 0; n < records;) {
    const count = Math.min(between(random, 1, Math.min(64, ring.capacity)), records - n);
    writer.claimMany(count);
    for (let i = 0; i < count; i++) fillRecord(writer.u32, writer.f64, writer.wordAt(i), n + i);
    writer.commit();
    n += count;
    if (between(random, 1, 200) === 1) pause(between(random, 1, 20_000));
  }
  return 0;
}

function writeSpsc({ ring, records, seed }: WriterJob): number {
  const writer = new SpscWriter(ring);
  const random = seededRandom(seed);
  let refused = 0;
  for (let n = 0; n < records;) {
    const base = writer.claim();
    if (base < 0) {
      refused++;
      pause(between(random, 1, 2_000));
      continue;
    }
    fillRecord(writer.u32, writer.f64, base, n++);
    writer.commit();
  }
  return refused;
}

function pause(turns: number): void {
  for (let i = 0; i < turns; i++) Math.imul(i, i);
}
