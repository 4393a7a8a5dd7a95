// A monitoring process: measures itself and prints a line of JSON.
// usage: node monitor-process.mjs SECONDS FILLER_PID PID
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CollectorRegistry,
  HOST_API_VERSION,
  LogLinearHistogram,
  RecordKind,
  Session,
  durationAt,
  kindAt,
  wordOfRecord,
} from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';

const [seconds, fillerPid, pid] = process.argv.slice(2).map(Number);
const KINDS = Object.values(RecordKind).filter((kind) => kind !== RecordKind.Mark);

/** Takes every kernel kind and keeps the distribution of absences. */
class AbsenceCollector {
  meta = {
    name: 'bench-absences',
    version: '1.0.0',
    apiVersion: HOST_API_VERSION,
    summary: 'Distribution of absences, for the benchmark',
    kinds: KINDS,
    metrics: [],
    needs: [],
  };
  firstAt = 0;
  records = 0;
  #absences = new LogLinearHistogram();

  probe() {
    return { ok: true, tier: 'kernel', source: 'BPF' };
  }

  open() {}

  onRecords({ count, u32, f64 }) {
    if (this.firstAt === 0) this.firstAt = performance.now();
    this.records += count;
    for (let i = 0; i < count; i++) {
      const word = wordOfRecord(i);
      if (kindAt(u32, word) === RecordKind.Switch) this.#absences.record(durationAt(f64, word));
    }
  }

  snapshot() {
    return this.#absences.toJSON();
  }

  close() {}
}

const collector = new AbsenceCollector();
const begin = performance.now();
const source = new KernelEventSource();
const session = new Session({ source, registry: new CollectorRegistry().register(collector) });
session.attach(pid);
session.attach(fillerPid);
session.start();
while (collector.firstAt === 0) await sleep(1);
await sleep(500); // first calls and compilation are over

const before = { at: performance.now(), cpu: process.cpuUsage(), pump: source.pumpStats() };
const recordsBefore = collector.records;
await sleep(seconds * 1000);
const wallMs = performance.now() - before.at;
const { user, system } = process.cpuUsage(before.cpu);
const pumpNs = source.pumpStats().cpuNs - before.pump.cpuNs;
const events = collector.records - recordsBefore;
const rssMb = process.memoryUsage.rss() / 1e6;

// Until another process has filled the history ring.
const full = source.ring.capacity;
const late = performance.now() + 20_000;
while (collector.records < full && performance.now() < late) await sleep(50);
const rssRingFullMb = process.memoryUsage.rss() / 1e6;
const { dropped } = session.losses();
session.close();

console.log(
  JSON.stringify({
    firstRecordMs: collector.firstAt - begin,
    rssMb,
    rssRingFullMb,
    cpuPercent: (user + system) / 10 / wallMs,
    pumpPercent: pumpNs / 1e4 / wallMs,
    eventsPerSecond: events / (wallMs / 1000),
    dropped,
  }),
);
