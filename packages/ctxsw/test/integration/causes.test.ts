import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  needs,
  skipUnless,
  spawnFutexwait,
  spawnHog,
  spawnIowait,
  spawnSleeper,
  spawnSpinner,
  spawnStopper,
  spawnTlbshoot,
} from '@hftmon/testkit';
import type { ContextSwitchInfo } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

describe('who and why', () => {
  it('names the thread that let a lock go', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnFutexwait({ count: 23, holdUs: 3000 });
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    const report = await target.go();
    monitor.session.flush();
    const { tid, holderTid } = report;
    const waits = monitor.collector
      .snapshot({ tid, minDurationUs: 1000 })
      .filter(({ syscall, wokenBy }) => syscall === 'futex' && wokenBy?.tid === holderTid);
    // A sandbox may hide a few of the 23: returns have no system call then, and wake-ups no waker.
    expect(waits.length).toBeGreaterThan(11);
    for (const { wokenBy, voluntary, state, wokenByInterrupt } of waits) {
      expect(wokenBy?.comm).toBe('futexwait');
      expect({ voluntary, state, wokenByInterrupt }).toEqual({
        voluntary: true,
        state: 'sleeping',
        wokenByInterrupt: false,
      });
    }
  });

  it('says that a timer woke a sleeper, whoever it interrupted', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSleeper({ count: 101, sleepUs: 2000 });
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    const { tid } = await target.go();
    monitor.session.flush();
    const sleeps = monitor.collector
      .snapshot({ tid, minDurationUs: 1900 })
      .filter(({ syscall }) => syscall === 'clock_nanosleep');
    // A sandbox may hide a few: returns have no system call then, and wake-ups no waker.
    expect(sleeps.length).toBeGreaterThan(50);
    for (const { wokenByInterrupt, wakeUnseen } of sleeps) {
      expect(wokenByInterrupt || wakeUnseen).toBe(true);
    }
    expect(sleeps.filter(({ wokenBy }) => wokenBy !== undefined)).toEqual([]);
  });

  it('names a real-time culprit', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnSpinner({ cpu: 1 });
    await using hog = await spawnHog({ cpu: 1, policy: 'fifo', prio: 10, count: 53 });
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    target.begin();
    await target.running();
    const { bursts } = await hog.go();
    const { tid } = await target.stop();
    monitor.session.flush();
    const hit = monitor.collector
      .snapshot({ tid })
      .filter(({ switchedTo }) => switchedTo?.tid === hog.tids[0]);
    expect(bursts).toHaveLength(53);
    expect(hit.length).toBeGreaterThan(0);
    // Before its first burst and after its last the hog is an ordinary task, which has its turns.
    const epochNs = Number(monitor.source.epochMonotonicNs);
    const realTime = hit.filter(
      ({ timestampNs }) =>
        timestampNs + epochNs > bursts[0]!.startNs && timestampNs + epochNs < bursts.at(-1)!.endNs,
    );
    expect(realTime.length).toBeGreaterThan(0);
    for (const { preemptionReason, voluntary, state, switchedTo } of realTime) {
      expect(switchedTo?.comm).toBe('hog');
      expect({ preemptionReason, voluntary, state }).toEqual({
        preemptionReason: 'higher priority',
        voluntary: false,
        state: 'runnable',
      });
    }
    // Where another task was running before the burst, the target had left to that one.
    const off = monitor.collector.snapshot({ tid });
    for (const { startNs, endNs } of bursts) {
      const overlapping = off.filter(
        ({ timestampNs, durationUs }) =>
          timestampNs + epochNs < endNs && timestampNs + durationUs * 1e3 + epochNs > startNs,
      );
      expect(overlapping.length).toBeGreaterThan(0);
    }
  });

  it('says time slice between equals', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSpinner({ cpu: 0 });
    await using rival = await spawnSpinner({ cpu: 0, durationMs: 300 });
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    target.begin();
    await target.running();
    rival.begin();
    await rival.report();
    const { tid } = await target.stop();
    monitor.session.flush();
    const lost = monitor.collector.snapshot({ tid }).filter(({ voluntary }) => !voluntary);
    expect(lost.map(({ preemptionReason }) => preemptionReason)).toContain('time slice');
    // On a busy host others come between, and the rival may never follow the target.
    for (const { switchedTo, preemptionReason } of lost) {
      if (switchedTo?.tid === rival.tids[0]) expect(preemptionReason).toBe('time slice');
    }
  });

  it('tells a stop and a wait for the disk from sleep', async (context) => {
    skipUnless(context, needs.bpf);
    await using victim = await spawnSpinner({ cpu: 0 });
    await using stopper = await spawnStopper({ pid: victim.pid, count: 23, stopMs: 30 });
    await using disk = await spawnIowait({ count: 23, mode: 'fsync' });
    using monitor = new Monitor([victim.pid, disk.pid], RecordKind.Switch);
    victim.begin();
    await victim.running();
    await Promise.all([stopper.go(), disk.go()]);
    const { tid } = await victim.stop();
    monitor.session.flush();
    const of = (query: { tid: number }, state: string) =>
      monitor.collector.snapshot(query).filter((info) => info.state === state);
    // One that came and went while the victim waited for its CPU stopped nothing.
    const stops = of({ tid }, 'stopped');
    expect(stops.length).toBeGreaterThan(0);
    expect(stops.length).toBeLessThanOrEqual(23);
    const waits = of({ tid: disk.tids[0]! }, 'disk').filter(({ syscall }) => syscall === 'fsync');
    expect(waits.length).toBeGreaterThan(0);
  });
});

describe('stacks', () => {
  it('lead to the function of the program and to the scheduler', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2), needs.realtime);
    let met = await takeStacks();
    // On a busy host many are taken, and one that finds its place taken is not, for a whole session.
    for (let run = 1; run < 5 && met.failures > 0 && !areAllTaken(met); run++) {
      met = await takeStacks();
    }
    const { preempted, asleep, failures } = met;
    expect(preempted.length).toBeGreaterThan(0);
    expect(asleep.length).toBeGreaterThan(0);
    // What was not taken is in the books: a record has a stack of its own, or is counted there.
    const without = [...preempted, ...asleep].filter((info) => !hasBoth(info));
    expect(without.length).toBeLessThanOrEqual(failures);
    for (const names of kernelNames(preempted)) expect(names).toContain('schedule');
    const inside = preempted.filter(({ stackTrace }) =>
      stackTrace?.user.some(({ symbol, module }) => symbol === 'spin' && /tlbshoot$/.test(module!)),
    );
    expect(inside.length).toBeGreaterThan(0);
    // The sender sleeps through libc, below a function of its own.
    for (const names of kernelNames(asleep)) {
      expect(names[0]).toMatch(/schedule/);
      expect(names).toContain('do_nanosleep');
    }
  });
});

/** A thread that spins is preempted, another one of its process sleeps. */
async function takeStacks() {
  await using target = await spawnTlbshoot({ cpu: 1, otherCpu: 0, count: 997 });
  // All the time that the target spins, however late either of them comes to its CPU.
  await using hog = await spawnHog({ cpu: 1, policy: 'fifo', count: 0, periodMs: 10 });
  using monitor = new Monitor([target.pid], RecordKind.Switch, { stacksFromNs: 0 });
  hog.begin();
  await hog.running();
  const { tid, senderTid } = await target.go();
  await hog.stop();
  monitor.session.flush();
  const { collector, source } = monitor;
  expect(collector.snapshot({ tid, limit: 1 })[0]).not.toHaveProperty('stackTrace');
  return {
    preempted: collector
      .snapshot({ tid, includeStackTrace: true })
      .filter(({ voluntary }) => !voluntary),
    // It may also lose its CPU within the call.
    asleep: collector
      .snapshot({ tid: senderTid, includeStackTrace: true, limit: 50 })
      .filter(({ voluntary, syscall }) => voluntary && syscall === 'clock_nanosleep'),
    failures: source.stackFailures(),
  };
}

function hasBoth({ stackTrace }: ContextSwitchInfo): boolean {
  return stackTrace !== undefined && stackTrace.kernel.length > 0 && stackTrace.user.length > 0;
}

function areAllTaken({ preempted, asleep }: Awaited<ReturnType<typeof takeStacks>>): boolean {
  return [...preempted, ...asleep].every(hasBoth);
}

/** Functions of the kernel stacks that were taken, innermost first. */
function kernelNames(infos: readonly ContextSwitchInfo[]) {
  return infos
    .filter(({ stackTrace }) => stackTrace !== undefined && stackTrace.kernel.length > 0)
    .map(({ stackTrace }) => stackTrace!.kernel.map(({ symbol }) => symbol));
}
