// Records from a JS writer in a worker, through a broadcast ring in shared memory, to JS consumers
// that each update a histogram. The writer waits for the slowest consumer, so that none is lost
// and the figure is that of the whole path. usage: node bench/ring.bench.mjs [millions] [consumers]
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import {
  BroadcastCursor,
  BroadcastWriter,
  LogLinearHistogram,
  RECORD_DOUBLES,
  RECORD_WORDS,
  RecordKind,
  createRing,
  writeHeader,
} from '../dist/index.js';

const CAPACITY = 2 ** 15;
const BURST = 256;

if (isMainThread) await main();
else if (workerData.role === 'writer') write(workerData);
else consume(workerData);

async function main() {
  const records = Math.ceil((Number(process.argv[2] ?? 50) * 1e6) / BURST) * BURST;
  const counts = process.argv[3] === undefined ? [1, 2] : [Number(process.argv[3])];
  console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}`);
  for (const consumers of counts) await run(records, consumers);
  readOnly(records);
}

async function run(records, consumers) {
  const ring = createRing(CAPACITY);
  const progress = new Int32Array(new SharedArrayBuffer(4 * 32 * (consumers + 1)));
  const start = (role, index) =>
    new Worker(fileURLToPath(import.meta.url), {
      workerData: { role, ring, progress, records, consumers, index },
    });
  const readers = Array.from({ length: consumers }, (_, index) => start('consumer', index));
  const results = readers.map((worker) => new Promise((done) => worker.once('message', done)));
  while (Atomics.load(progress, consumers * 32) < consumers) await new Promise(setImmediate);
  start('writer', -1);
  for (const { ns, lost, p99 } of await Promise.all(results)) {
    const rate = ((records / ns) * 1e3).toFixed(1);
    console.log(`${consumers} consumer(s): ${rate} M records/s each, ${lost} lost, p99 ${p99} ns`);
  }
}

function write({ ring, progress, records, consumers }) {
  const writer = new BroadcastWriter(ring);
  const { u32, f64 } = writer;
  for (let done = 0; done < records; done += BURST) {
    for (let i = 0; i < consumers; i++) {
      while (((done + BURST - Atomics.load(progress, i * 32)) | 0) > CAPACITY) continue;
    }
    writer.claimMany(BURST);
    for (let i = 0; i < BURST; i++) {
      const n = done + i;
      writeHeader(u32, f64, writer.wordAt(i), RecordKind.Switch, 1, 42, n * 100, n & 0xffff);
    }
    writer.commit();
  }
}

function consume({ ring, progress, records, consumers, index }) {
  const cursor = new BroadcastCursor(ring, { from: 'oldest' });
  const histogram = new LogLinearHistogram();
  Atomics.add(progress, consumers * 32, 1);
  while (cursor.lag === 0) continue;
  const begin = performance.now();
  const seen = drain(cursor, histogram, records, (position) =>
    Atomics.store(progress, index * 32, position),
  );
  const ns = (performance.now() - begin) * 1e6;
  if (seen + cursor.lost !== records) throw new Error(`${seen} seen, ${cursor.lost} lost`);
  parentPort.postMessage({ ns, lost: cursor.lost, p99: histogram.percentile(99) });
}

function drain(cursor, histogram, records, onProgress) {
  let seen = 0;
  while (seen < records) {
    const count = cursor.poll();
    if (count === 0) continue;
    recordAll(cursor.batch, histogram);
    seen += count;
    onProgress(cursor.position | 0);
  }
  return seen;
}

function recordAll({ f64, u32, count }, histogram) {
  for (let i = 0; i < count; i++) {
    if (u32[i * RECORD_WORDS + 5] >>> 16 === RecordKind.Switch) {
      histogram.record(f64[i * RECORD_DOUBLES + 1]);
    }
  }
}

/** The consumer alone, over a ring that was filled before: what a native writer can get at most. */
function readOnly(records) {
  const ring = createRing(CAPACITY);
  const writer = new BroadcastWriter(ring);
  for (let i = 0; i < CAPACITY; i++) {
    const base = writer.claim();
    writeHeader(writer.u32, writer.f64, base, RecordKind.Switch, 1, 42, i * 100, i & 0xffff);
    writer.commit();
  }
  const histogram = new LogLinearHistogram();
  const cursor = new BroadcastCursor(ring, { from: 'oldest' });
  const rounds = Math.ceil(records / CAPACITY);
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    cursor.seekOldest();
    while (cursor.poll() > 0) recordAll(cursor.batch, histogram);
  }
  const ns = (performance.now() - begin) * 1e6;
  const rate = ((rounds * CAPACITY * 1e3) / ns).toFixed(1);
  console.log(`reading alone: ${rate} M records/s, ${histogram.count} recorded`);
}
