// Queries over a full ring; prints a line of JSON. usage: node query-process.mjs TIMES WRITER_CPU
import {
  History,
  LogLinearHistogram,
  RecordKind,
  durationAt,
  kindAt,
  wordOfRecord,
} from '@hftmon/core';
import { Consumer } from './consume.mjs';
import { NativeWriter, viewRing } from './native-writer.mjs';

const [times, writerCpu] = process.argv.slice(2).map(Number);
const CAPACITY = 2 ** 20;
/** "Context switches over 10 µs". */
const OVER_NS = 10_000;

const writer = new NativeWriter(CAPACITY, 1);
const ring = viewRing(writer.address, writer.bytes, CAPACITY);
writer.start(CAPACITY, writerCpu);
new Consumer(ring, 0).readUntil(CAPACITY);
writer.join();

const history = new History(ring);
const results = [];
for (let i = 0; i < times; i++) {
  const begin = performance.now();
  const answer = query();
  results.push({ ms: performance.now() - begin, ...answer });
}
writer.close();
const [{ visited, found }] = results;
console.log(JSON.stringify({ visited, found, ms: results.map(({ ms }) => ms) }));

function query() {
  const histogram = new LogLinearHistogram();
  const { visited } = history.scan(({ count, u32, f64 }) => {
    for (let i = 0; i < count; i++) {
      const word = wordOfRecord(i);
      const duration = durationAt(f64, word);
      if (kindAt(u32, word) === RecordKind.Switch && duration >= OVER_NS)
        histogram.record(duration);
    }
  });
  const percentiles = [50, 90, 99, 99.9].map((percent) => histogram.percentile(percent));
  return { visited, found: histogram.count, percentiles };
}
