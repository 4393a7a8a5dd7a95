// The usual way to move records between threads: batches posted through a MessagePort and copied.
// usage: node message-port-process.mjs RECORDS
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import {
  LogLinearHistogram,
  RECORD_BYTES,
  RecordKind,
  durationAt,
  wordOfRecord,
  writeHeader,
} from '@hftmon/core';

const BATCH = 1024;
/** Batches in flight, so that no queue grows without bound. */
const WINDOW = 32;

if (isMainThread) consume(Number(process.argv[2]));
else write(workerData);

function consume(records) {
  const histogram = new LogLinearHistogram();
  const writer = new Worker(new URL(import.meta.url), { workerData: records });
  let seen = 0;
  let begin = 0;
  let warm = 0;
  writer.on('message', (buffer) => {
    const f64 = new Float64Array(buffer);
    for (let i = 0; i < BATCH; i++) histogram.record(durationAt(f64, wordOfRecord(i)));
    seen += BATCH;
    if (begin === 0 && seen >= records / 4) {
      begin = performance.now();
      warm = seen;
    }
    writer.postMessage('taken');
    if (seen < records) return;
    const rate = (seen - warm) / (performance.now() - begin) / 1000;
    console.log(JSON.stringify({ rates: [rate], exact: true }));
    writer.terminate();
  });
}

function write(records) {
  let done = 0;
  const post = () => {
    if (done >= records) return;
    const buffer = new ArrayBuffer(BATCH * RECORD_BYTES);
    const u32 = new Uint32Array(buffer);
    const f64 = new Float64Array(buffer);
    for (let i = 0; i < BATCH; i++, done++) {
      const duration = (done * 2654435761) % 65536;
      writeHeader(u32, f64, wordOfRecord(i), RecordKind.Switch, 1, 42, done * 100, duration);
    }
    parentPort.postMessage(buffer);
  };
  parentPort.on('message', post);
  for (let i = 0; i < WINDOW; i++) post();
}
