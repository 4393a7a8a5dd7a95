// Another consumer of the same ring, with a view of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { Consumer } from './consume.mjs';
import { viewRing } from './native-writer.mjs';

const { address, bytes, capacity, records, warmUp, reader } = workerData;
const consumer = new Consumer(viewRing(address, bytes, capacity), reader);
parentPort.postMessage('ready');
consumer.readUntil(warmUp);
const begin = performance.now();
const warm = consumer.seen;
consumer.readUntil(records);
const milliseconds = performance.now() - begin;
parentPort.postMessage({
  rate: (consumer.seen - warm) / milliseconds / 1000,
  lost: consumer.lost,
  sum: consumer.histogram.sum,
});
