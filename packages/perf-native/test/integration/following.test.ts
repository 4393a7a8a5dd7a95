import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  awaitAsleep,
  listStayingThreads,
  listThreads,
  needs,
  readSwitches,
  readTaskStatus,
  skipUnless,
  spawnChurn,
  spawnPingpong,
  spawnSleeper,
  switchesDelta,
} from '@hftmon/testkit';
import { KernelEventSource } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';
import { ProgramFolder, runProgram } from '../support/program.js';

beforeEach((context) => skipUnless(context, needs.bpf));

/** Looks at the thread table as often as it takes. @returns processes that have ended */
function reap(source: KernelEventSource): number[] {
  return [...new Set(Array.from({ length: 15 }, () => source.reap()).flat())];
}

/** Live threads that the source follows of a process. */
function followed(source: KernelEventSource, pid: number): number[] {
  return source
    .totals(pid)
    .filter(({ state }) => state !== 'exited')
    .map(({ tid }) => tid)
    .sort((a, b) => a - b);
}

/**
 * Is every thread followed? One is in /proc a moment before the kernel announces it, so a missing
 * one is given time to be announced, or to end.
 */
async function expectAllFollowed(source: KernelEventSource, pid: number): Promise<void> {
  let missing = listThreads(pid);
  const stillMissing = () => {
    const known = new Set(source.totals(pid).map(({ tid }) => tid));
    const alive = new Set(listThreads(pid));
    missing = missing.filter((tid) => alive.has(tid) && !known.has(tid));
    return missing;
  };
  await expect.poll(stillMissing, { interval: 1 }).toEqual([]);
}

const LEADERLESS = `
#include <pthread.h>
#include <stdio.h>
static void *stay(void *unused) { getchar(); return unused; }
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, stay, 0);
  puts("ready");
  fflush(stdout);
  pthread_exit(0);
}
`;

const PARKED = `
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *stay(void *unused) { for (;;) pause(); return unused; }
int main(void) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (int i = 0; i < 4000; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, stay, 0)) return 1;
  }
  puts("ready");
  fflush(stdout);
  getchar();
}
`;

describe('threads that come and go while a process is attached', () => {
  it('are followed from the start on, also those that began between attach and start', async () => {
    // Each generation lives for long enough to outlive the start.
    await using target = await spawnChurn({ threads: 8, generations: 3, switches: 3000 });
    const source = new KernelEventSource();
    source.open(new Set([RecordKind.Switch]), {});
    try {
      target.begin();
      while (listThreads(target.pid).length < 9) await sleep(1);
      source.attach(target.pid);
      const [leader, ...first] = followed(source, target.pid);
      expect(leader).toBe(target.pid);
      expect(first.length).toBeGreaterThan(0);
      let second = listThreads(target.pid).slice(1);
      while (second.length < 8 || second.some((tid) => first.includes(tid))) {
        await sleep(1);
        second = listThreads(target.pid).slice(1);
      }
      source.start();
      const known = followed(source, target.pid);
      const alive = listThreads(target.pid);
      expect(second.filter((tid) => alive.includes(tid)).length).toBeGreaterThan(0);
      expect(second.filter((tid) => alive.includes(tid) && !known.includes(tid))).toEqual([]);
      // Those that ended unseen would keep their slots for ever.
      const slots = source.totals(target.pid).map(({ tid }) => tid);
      expect(slots.filter((tid) => first.includes(tid))).toEqual([]);
      await target.report();
      reap(source);
      expect(followed(source, target.pid)).toEqual([target.pid]);
      await target.dispose();
      expect(reap(source)).toEqual([target.pid]);
    } finally {
      source.close();
    }
  });

  it('are followed when it is attached while running', async () => {
    await using target = await spawnChurn({ threads: 8, generations: 100, switches: 5 });
    using monitor = Monitor.start([RecordKind.Switch], []);
    target.begin();
    for (let i = 0; i < 20; i++) {
      monitor.source.attach(target.pid);
      await expectAllFollowed(monitor.source, target.pid);
      monitor.source.detach(target.pid);
      monitor.source.reap();
      expect(monitor.source.totals(target.pid)).toEqual([]);
    }
    monitor.source.attach(target.pid);
    await target.report();
    reap(monitor.source);
    expect(followed(monitor.source, target.pid)).toEqual([target.pid]);
    await target.dispose();
    expect(reap(monitor.source)).toEqual([target.pid]);
  });

  it('are forgotten with it, also those that are being started', async () => {
    await using target = await spawnChurn({ threads: 16, generations: 150, switches: 1 });
    using monitor = Monitor.start([RecordKind.Switch], []);
    target.begin();
    for (let i = 0; i < 30; i++) {
      monitor.source.attach(target.pid);
      await sleep(2);
      monitor.source.detach(target.pid);
      reap(monitor.source);
      monitor.read();
      const seen = monitor.counts(RecordKind.Switch).seen;
      await sleep(1);
      expect(monitor.counts(RecordKind.Switch).seen).toBe(seen);
    }
  });
});

describe('the leader', () => {
  it('may have ended long before its process is attached', async () => {
    using folder = new ProgramFolder();
    const program = folder.compile('leaderless', LEADERLESS);
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const pid = child.pid!;
      for (;;) {
        const [leader] = listThreads(pid);
        if (readTaskStatus(pid, leader).state === 'Z') break;
        await sleep(1);
      }
      using monitor = Monitor.start([RecordKind.Switch], [pid]);
      expect(followed(monitor.source, pid)).toEqual(listThreads(pid).slice(1));
      expect(listStayingThreads(pid)).toEqual(listThreads(pid).slice(1));
      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
      expect(reap(monitor.source)).toEqual([pid]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('totals', () => {
  it('stand still after the stop', async () => {
    await using target = await spawnSleeper({ count: 7 });
    using monitor = Monitor.start([RecordKind.Switch], [target.pid]);
    await target.go();
    monitor.stop();
    const totals = monitor.source.totals(target.pid);
    await sleep(5);
    expect(monitor.source.totals(target.pid)).toEqual(totals);
    monitor.source.close();
    expect(monitor.source.totals(target.pid)).toEqual(totals);
  });

  it('of two sessions on one target are the same', async () => {
    await using target = await spawnPingpong({ hops: 5003 });
    using one = Monitor.start([RecordKind.Switch], [target.pid]);
    using other = Monitor.start([RecordKind.Switch, RecordKind.Softirq], [target.pid]);
    const before = readSwitches(target.pid);
    await target.go();
    const books = switchesDelta(before, readSwitches(target.pid));
    for (const monitor of [one, other]) {
      for (const { tid, voluntarySwitches, involuntarySwitches } of monitor.source.totals(
        target.pid,
      )) {
        expect({ voluntary: voluntarySwitches, involuntary: involuntarySwitches }).toEqual(
          books.get(tid),
        );
      }
    }
  });
});

describe('thousands of threads', () => {
  // One look at /proc for each of them; a listing for each would take minutes.
  it('are read in one go while none of them has run', { timeout: 60_000 }, async () => {
    await using program = runProgram('parked', PARKED);
    await program.line();
    await awaitAsleep(program.pid); // the youngest may still be on its way to its pause
    const source = new KernelEventSource();
    source.open(new Set([RecordKind.Switch]), {});
    try {
      source.attach(program.pid);
      const totals = source.totals(program.pid);
      expect(totals).toHaveLength(4001);
      expect(new Set(totals.map(({ state }) => state))).toEqual(new Set(['blocked']));
    } finally {
      source.close();
    }
  });
});
