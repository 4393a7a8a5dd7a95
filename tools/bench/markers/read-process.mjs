// Reads the marks of a process that makes so many; prints a line of JSON.
// usage: node read-process.mjs SPANS_PER_MS SECONDS CPU [defaults]
import {
  BroadcastCursor,
  LogLinearHistogram,
  RECORD_WORDS,
  RecordKind,
  durationAt,
  kindAt,
} from '../../../packages/core/dist/index.js';
import { KernelEventSource } from '../../../packages/perf-native/dist/index.js';
import { spawnMarks } from '../../../packages/testkit/dist/index.js';

const [perMs, seconds, cpu] = process.argv.slice(2).map(Number);
const spans = perMs * seconds * 1000;

const tuned = process.argv[5] !== 'defaults';
const target = await spawnMarks({
  mode: 'flood',
  spans,
  perMs,
  cpu,
  ...(tuned ? { ringMarks: 2 ** 18 } : {}),
});
const source = new KernelEventSource();
// Others on this machine may not hold the pump up; a second of spans fits the history.
const tuning = { realtimePriority: 10, historyRecords: 2 ** 22 };
source.open(new Set([RecordKind.Span]), tuned ? tuning : {});
source.attach(target.pid);
source.start();
const cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
const histogram = new LogLinearHistogram();
let seen = 0;
let finished = false;

function read() {
  while (cursor.poll() > 0) {
    const { u32, f64, count } = cursor.batch;
    for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
      if (kindAt(u32, base) !== RecordKind.Span) continue;
      histogram.record(durationAt(f64, base));
      seen++;
    }
  }
}

const report = target.go().finally(() => (finished = true));
while (!finished) {
  read();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const { durationNs } = await report;
source.flush();
read();
const [{ counts }] = source.spanOrigins.list();
source.close();
await target.dispose();
console.log(
  JSON.stringify({
    marks: 2 * spans,
    rate: ((2 * spans) / durationNs) * 1000,
    lost: counts.lost + 2 * cursor.lost,
    // Every mark was read or is counted as lost, and every span that was told was seen, or counted.
    exact: counts.marks + counts.lost === 2 * spans && seen + cursor.lost === counts.spans,
  }),
);
