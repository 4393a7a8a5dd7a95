// Counts what known workloads do with all BPF collectors at once, and lays the kernel's own books
// beside: can the library that was built here be loaded by another kernel, and does it count there?
import {
  BroadcastCursor,
  CollectorRegistry,
  RECORD_WORDS,
  RecordKind,
  Session,
  durationAt,
  kindAt,
  tidAt,
} from '@hftmon/core';
import { createContextSwitchCollector } from '@hftmon/ctxsw';
import { createInterruptCollector } from '@hftmon/irq';
import { createLatencyCollector } from '@hftmon/latency';
import { KernelEventSource } from '@hftmon/perf-native';
import { createSchedulingCollector } from '@hftmon/sched';
import {
  readSwitches,
  readTaskStat,
  spawnClockset,
  spawnFaults,
  spawnMigrator,
  spawnPingpong,
  switchesDelta,
} from '@hftmon/testkit';

/** An emulated CPU on a busy host is slow beyond any guess; the guest itself has a time limit. */
const limitS = 3600;
const game = await spawnPingpong({ hops: 2003, cpu: 0, limitS });
const faults = await spawnFaults({ pages: 1009, limitS });
const migrator = await spawnMigrator({ count: 101, cpu: 0, otherCpu: 1, limitS });
const pids = [game, faults, migrator].map(({ pid }) => pid);

const source = new KernelEventSource();
const registry = new CollectorRegistry();
for (const collector of [
  createContextSwitchCollector(),
  createInterruptCollector(),
  createSchedulingCollector(),
  createLatencyCollector(),
]) {
  registry.register(collector);
}
const session = new Session({ source, registry });
const errors = [];
session.on('error', ({ error }) => errors.push(error.message));
for (const pid of pids) session.attach(pid);
session.start();

const before = { switches: pids.map((pid) => readSwitches(pid)), faults: faultsSoFar() };
await game.go();
await faults.go();
const { migrations } = await migrator.go();
const answer = {
  kernel: source.environment.kernelRelease,
  support: Object.fromEntries(session.probe()),
  switches: pids.flatMap(switchesOf),
  faults: { books: faultsSoFar() - before.faults, probes: totalsOf(faults)?.minorFaults },
  migrations: { books: migrations, probes: totalsOf(migrator)?.migrations },
};
session.stop();
answer.metrics = Object.assign({}, ...['irq', 'sched'].map(numbersOf));
answer.collectors = session.stats().map(({ name, state }) => ({ name, state }));
answer.dropped = session.losses().dropped;
answer.errors = errors;
session.close();
await Promise.all([game.quit(), faults.quit(), migrator.quit()]);
answer.clockSet = await lateWithClockSet();
console.log(JSON.stringify(answer));

/** How late the timers of a thread were whose clock was set past the end of its last sleep. */
async function lateWithClockSet() {
  const target = await spawnClockset({ count: 23, asleepMs: 1000, limitS });
  const events = new KernelEventSource();
  events.open(new Set([RecordKind.LateTimer]), {});
  const cursor = new BroadcastCursor(events.ring, { from: 'oldest' });
  events.attach(target.pid);
  events.start();
  const { tid, count, setNs, slept } = await target.go();
  events.stop();
  const lateNs = [];
  while (cursor.poll() > 0) {
    const { u32, f64, count: records } = cursor.batch;
    for (let base = 0; base < records * RECORD_WORDS; base += RECORD_WORDS) {
      const isLate = kindAt(u32, base) === RecordKind.LateTimer && tidAt(u32, base) === tid;
      if (isLate) lateNs.push(durationAt(f64, base));
    }
  }
  events.close();
  await target.quit();
  return {
    sleeps: count,
    asleepNs: setNs - slept.startNs,
    timers: lateNs.length,
    mostNs: Math.max(...lateNs),
  };
}

function numbersOf(name) {
  const metrics = Object.entries(registry.get(name).collector.metrics());
  return Object.fromEntries(metrics.filter(([, value]) => typeof value === 'number'));
}

function faultsSoFar() {
  return readTaskStat(faults.pid, faults.tids[0]).minorFaults;
}

function totalsOf({ pid, tids: [tid] }) {
  return source.totals(pid).find((thread) => thread.tid === tid);
}

function switchesOf(pid, i) {
  const totals = new Map(source.totals(pid).map((thread) => [thread.tid, thread]));
  const delta = switchesDelta(before.switches[i], readSwitches(pid));
  return Array.from(delta, ([tid, books]) => {
    const { comm, voluntarySwitches, involuntarySwitches } = totals.get(tid) ?? {};
    return {
      comm,
      books,
      probes: { voluntary: voluntarySwitches, involuntary: involuntarySwitches },
    };
  });
}
