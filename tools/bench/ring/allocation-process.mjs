// What the cursor loop allocates; prints a line of JSON.
// usage: node allocation-process.mjs RECORDS CAPACITY WRITER_CPU
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer } from './consume.mjs';
import { NativeWriter, viewRing } from './native-writer.mjs';

const [records, capacity, writerCpu] = process.argv.slice(2).map(Number);
/** Compiling and optimising the loop allocates; that is over after these. */
const WARM_UP = 10e6;

const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({
  entryTypes: ['gc'],
});
const writer = new NativeWriter(capacity, 1);
const consumer = new Consumer(viewRing(writer.address, writer.bytes, capacity), 0);
writer.start(WARM_UP + records, writerCpu);
consumer.readUntil(WARM_UP);
await sleep(20); // entries of the warm-up, and what the compiler finished meanwhile

const begin = performance.now();
const heapBefore = process.memoryUsage().heapUsed;
consumer.readUntil(WARM_UP + records);
const heapAfter = process.memoryUsage().heapUsed;
const end = performance.now();
await sleep(50); // the observer is told later
const exact = consumer.histogram.sum === writer.join() && consumer.lost === 0;
writer.close();
const during = collections.filter(({ startTime }) => startTime >= begin && startTime <= end);

console.log(
  JSON.stringify({
    records: consumer.seen - WARM_UP,
    collections: during.length,
    warmUpCollections: collections.length - during.length,
    heapGrowth: heapAfter - heapBefore,
    exact,
    rate: records / (end - begin) / 1000,
  }),
);
