// Native writer → JavaScript consumers; prints a line of JSON.
// usage: node native-process.mjs RECORDS CAPACITY CONSUMERS WRITER_CPU
import { Worker } from 'node:worker_threads';
import { Consumer } from './consume.mjs';
import { NativeWriter, viewRing } from './native-writer.mjs';

const [records, capacity, consumers, writerCpu] = process.argv.slice(2).map(Number);
/** Share of the records that V8 gets to know the loop with; not timed. */
const WARM_UP = Math.floor(records / 4);

const writer = new NativeWriter(capacity, consumers);
const { address, bytes } = writer;
const shared = { address, bytes, capacity, records, warmUp: WARM_UP };
const workers = Array.from({ length: consumers - 1 }, (_, index) => startWorker(index + 1));
await Promise.all(workers.map(({ ready }) => ready));

const consumer = new Consumer(viewRing(address, bytes, capacity), 0);
writer.start(records, writerCpu);
consumer.readUntil(WARM_UP);
const begin = performance.now();
const warm = consumer.seen;
consumer.readUntil(records);
const ms = performance.now() - begin;
const sum = writer.join();
const results = [
  report(consumer, consumer.seen - warm, ms),
  ...(await Promise.all(workers.map(({ done }) => done))),
];
writer.close();

const exact = results.every((result) => result.lost === 0 && result.sum === sum);
console.log(JSON.stringify({ rates: results.map(({ rate }) => rate), exact }));

function report({ histogram, lost }, timed, milliseconds) {
  return { rate: timed / milliseconds / 1000, lost, sum: histogram.sum };
}

function startWorker(reader) {
  const worker = new Worker(new URL('native-worker.mjs', import.meta.url), {
    workerData: { ...shared, reader },
  });
  const ready = new Promise((resolve) => worker.once('message', resolve));
  const done = ready.then(() => new Promise((resolve) => worker.once('message', resolve)));
  return { ready, done };
}
