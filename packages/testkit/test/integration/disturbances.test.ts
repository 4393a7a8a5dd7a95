import { describe, expect, it } from 'vitest';
import {
  allowedCpus,
  cpuTableDelta,
  needs,
  readProcInterrupts,
  readSchedstat,
  readSoftirqs,
  readSwitches,
  readTaskStat,
  readTaskStatus,
  skipUnless,
  spawnFaults,
  spawnForker,
  spawnFutexwait,
  spawnHog,
  spawnIowait,
  spawnLongsyscall,
  spawnMajorFaults,
  spawnMigrator,
  spawnMmaplock,
  spawnNetload,
  spawnPtracer,
  spawnSignals,
  spawnSleeper,
  spawnSpinner,
  spawnStopper,
  spawnTlbshoot,
  spawnZombie,
  type Interval,
} from '../../src/index.js';

const [firstCpu = 0, secondCpu = 1] = allowedCpus();

/** Intervals follow each other, and none is negative. */
function expectInOrder(intervals: readonly Interval[]): void {
  let last = 0;
  for (const { startNs, endNs } of intervals) {
    expect(startNs).toBeGreaterThanOrEqual(last);
    expect(endNs).toBeGreaterThanOrEqual(startNs);
    last = endNs;
  }
}

describe('faults', () => {
  it('makes exactly as many minor faults as the kernel says', async () => {
    await using target = await spawnFaults({ pages: 1009 });
    const before = readTaskStat(target.pid);
    const report = await target.go();
    expect(report.usage).toMatchObject({ minorFaults: 1009, majorFaults: 0 });
    expectInOrder(report.touches);
    expect(report.touches).toHaveLength(1009);
    // The report's own printing may touch a few new pages after the count.
    const after = readTaskStat(target.pid);
    expect(after.minorFaults - before.minorFaults).toBeGreaterThanOrEqual(1009);
    expect(after.majorFaults).toBe(before.majorFaults);
  });

  it('makes one long fault per huge page', async (context) => {
    await using target = await spawnFaults({ huge: true, pages: 5 });
    const report = await target.go();
    expect(report.usage.minorFaults).toBe(5);
    if (report.hugeBytes < 5 * report.pageBytes) context.skip('no huge pages to be had');
    for (const { startNs, endNs } of report.touches) expect(endNs - startNs).toBeGreaterThan(20e3);
  });
});

describe('major-faults', () => {
  it('waits for the disk at each page', async (context) => {
    await using target = await spawnMajorFaults({ pages: 13 });
    const before = readTaskStat(target.pid).majorFaults;
    const report = await target.go();
    if (report.unsupported !== undefined) context.skip(report.unsupported);
    expect(report.usage.majorFaults).toBe(13);
    expect(readTaskStat(target.pid).majorFaults - before).toBe(13);
    expectInOrder(report.touches);
  });
});

describe('spinner and hog', () => {
  it('agree on who had the CPU when', async (context) => {
    skipUnless(context, needs.realtime);
    await using spinner = await spawnSpinner({ cpu: secondCpu, gapUs: 200 });
    await using hog = await spawnHog({
      policy: 'fifo',
      prio: 20,
      cpu: secondCpu,
      burstUs: 2000,
      periodMs: 20,
      count: 7,
    });
    spinner.begin();
    await spinner.running();
    const { bursts, policy } = await hog.go();
    const seen = await spinner.stop();
    expect(policy).toBe('fifo');
    expect(bursts).toHaveLength(7);
    expectInOrder(bursts);
    const around = new Set<Interval>();
    for (const burst of bursts) {
      expect(burst.endNs - burst.startNs).toBeGreaterThanOrEqual(2e6);
      const gap = seen.gaps.find((g) => g.startNs <= burst.startNs && g.endNs >= burst.endNs);
      expect(gap, `no gap around the burst at ${burst.startNs}`).toBeDefined();
      around.add(gap!);
    }
    // On a busy CPU one gap may be around several: it has lost the CPU once.
    expect(seen.usage.involuntary).toBeGreaterThanOrEqual(around.size);
    expect(seen.iterations).toBeGreaterThan(1000);
  });

  it('refuses a burst that is too long, and one without a pause', async () => {
    await expect(spawnHog({ burstUs: 50_001 })).rejects.toThrow('--burst-us wants a number');
    await expect(spawnHog({ burstUs: 10_000, periodMs: 19 })).rejects.toThrow('at least twice');
  });

  it('gives the CPU back to its ordinary policy', async (context) => {
    skipUnless(context, needs.realtime);
    await using hog = await spawnHog({ policy: 'rr', cpu: secondCpu, burstUs: 500, count: 3 });
    await hog.go();
    const tid = hog.tids[0] ?? 0;
    expect(readTaskStatus(hog.pid, tid).state).toBe('S');
  });
});

describe('futexwait', () => {
  it.each(['mutex', 'pi'] as const)('waits in every round (%s)', async (via) => {
    await using target = await spawnFutexwait({ count: 11, holdUs: 2000, via });
    const report = await target.go();
    expect(report.waits).toHaveLength(11);
    expectInOrder(report.waits);
    expect(report.futexAddress).toMatch(/^0x[0-9a-f]+$/);
    for (const { startNs, releasedNs, endNs } of report.waits) {
      expect(releasedNs - startNs).toBeGreaterThanOrEqual(2e6);
      expect(endNs).toBeGreaterThan(releasedNs);
    }
    expect(report.usage.voluntary).toBeGreaterThanOrEqual(11);
    expect(report.holderTid).not.toBe(report.tid);
  });
});

describe('stopper and ptracer', () => {
  it('stop a process and let it go on', async () => {
    await using target = await spawnSleeper();
    await using stopper = await spawnStopper({ pid: target.pid, count: 3, stopMs: 3, gapMs: 2 });
    const { stops, targetPid } = await stopper.go();
    expect(targetPid).toBe(target.pid);
    expectInOrder(stops);
    for (const stop of stops) expect(stop.continueNs - stop.stoppedNs).toBeGreaterThanOrEqual(3e6);
    // It may be on its way back to sleep.
    await expect.poll(() => readTaskStatus(target.pid).state).toBe('S');
    expect((await target.go()).count).toBe(101);
  });

  it('lets a stopped target go on when it is killed', async () => {
    await using target = await spawnSleeper();
    const stopper = await spawnStopper({ pid: target.pid, count: 1, stopMs: 5000, gapMs: 1 });
    stopper.begin();
    await expect.poll(() => readTaskStatus(target.pid).state).toBe('T');
    await stopper.dispose();
    await expect.poll(() => readTaskStatus(target.pid).state).toBe('S');
  });

  it('stop a thread by ptrace and leave it untraced', async (context) => {
    skipUnless(context, needs.capability('CAP_SYS_PTRACE'));
    await using target = await spawnSleeper();
    await using tracer = await spawnPtracer({ tid: target.pid, count: 3, stopMs: 3, gapMs: 2 });
    const { stops } = await tracer.go();
    expectInOrder(stops);
    await expect.poll(() => readTaskStatus(target.pid)).toMatchObject({ state: 'S', tracerPid: 0 });
  });
});

describe('signals', () => {
  it('handles each one that was sent', async () => {
    await using target = await spawnSignals({ count: 23 });
    const { signals, count } = await target.go();
    expect(count).toBe(23);
    for (const { sentNs, handledNs } of signals) expect(handledNs).toBeGreaterThan(sentNs);
  });
});

describe('migrator', () => {
  it('moves as often as it says', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnMigrator({ count: 101, cpu: firstCpu, otherCpu: secondCpu });
    const { migrations, moves } = await target.go();
    expect(migrations).toBe(101);
    expectInOrder(moves);
    for (const [i, { from, to }] of moves.entries()) {
      expect([from, to]).toEqual(i % 2 === 0 ? [firstCpu, secondCpu] : [secondCpu, firstCpu]);
    }
    expect(readTaskStat(target.pid).cpu).toBe(secondCpu);
  });
});

describe('iowait', () => {
  it.each(['fsync', 'direct-write', 'direct-read'] as const)('waits by %s', async (mode) => {
    await using target = await spawnIowait({ count: 11, mode });
    const before = readSwitches(target.pid).get(target.pid)?.voluntary ?? 0;
    const report = await target.go();
    expect(report.operations).toHaveLength(11);
    expectInOrder(report.operations);
    const after = readSwitches(target.pid).get(target.pid)?.voluntary ?? 0;
    expect(after - before).toBe(report.usage.voluntary + 1);
  });
});

describe('longsyscall', () => {
  it.each(['getrandom', 'read', 'munmap'] as const)('stays in %s', async (call) => {
    await using target = await spawnLongsyscall({ count: 5, call });
    const { calls, usage } = await target.go();
    expect(calls).toHaveLength(5);
    expectInOrder(calls);
    for (const { startNs, endNs } of calls) expect(endNs - startNs).toBeGreaterThan(10e3);
    expect(usage.majorFaults).toBe(0);
  });
});

describe('mmaplock', () => {
  it('waits asleep as often as it was asked to, by the books', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnMmaplock({ count: 7 });
    const [tid] = target.tids as [number];
    const before = readSwitches(target.pid).get(tid)?.voluntary ?? 0;
    const { waits, rounds } = await target.go();
    const slept = (readSwitches(target.pid).get(tid)?.voluntary ?? 0) - before;
    expectInOrder(waits);
    // It sleeps at the end too; taking back the page waits for the same lock, and isn't noted.
    expect(slept).toBeGreaterThan(waits.length);
    if (rounds === 7 * 20) context.skip(`it slept in ${waits.length} of ${rounds} rounds`);
    expect(waits).toHaveLength(7);
  });
});

describe('tlbshoot', () => {
  it('interrupts the spinning CPU', async (context) => {
    skipUnless(context, needs.cpus(2));
    if (!readProcInterrupts().rows.has('TLB')) context.skip('this kernel counts no TLB shootdowns');
    // Nothing is sent while another task, or in a virtual machine another machine, has that CPU:
    // one good run of several is enough, and as many as fit into the spinner's time on it.
    let best = 0;
    for (let run = 0; run < 5 && best < 50; run++) {
      const before = readProcInterrupts();
      await using target = await spawnTlbshoot({ count: 211, cpu: secondCpu, otherCpu: firstCpu });
      const [spinnerTid] = target.tids as [number];
      const had = readSchedstat(target.pid, spinnerTid);
      const { calls, cpu } = await target.go();
      const has = readSchedstat(target.pid, spinnerTid);
      const ranNs = has.onCpuNs - had.onCpuNs;
      const share = ranNs / (ranNs + has.runQueueNs - had.runQueueNs);
      expect(calls).toHaveLength(211);
      expectInOrder(calls);
      const row = cpuTableDelta(before, readProcInterrupts()).get('TLB');
      best = Math.max(best, (row?.counts[before.cpus.indexOf(cpu)] ?? 0) / share);
    }
    expect(best).toBeGreaterThanOrEqual(50);
  });
});

describe('netload', () => {
  it('makes NET_RX softirqs on its CPU', async () => {
    await using target = await spawnNetload({ count: 1009, cpu: firstCpu });
    const before = readSoftirqs();
    const report = await target.go();
    expect(report).toMatchObject({ sent: 1009, received: 1009, cpu: firstCpu });
    const row = cpuTableDelta(before, readSoftirqs()).get('NET_RX');
    // One softirq may take several packets when ksoftirqd is behind, but for those there at once.
    const atOnce = 1009 - report.late.length;
    expect(atOnce).toBeGreaterThan(0);
    expect(row?.counts[before.cpus.indexOf(firstCpu)]).toBeGreaterThanOrEqual(atOnce);
  });
});

describe('forker and zombie', () => {
  it('has children with codes of their own', async () => {
    await using target = await spawnForker({ children: 5, threads: 2 });
    const { children } = await target.go();
    expect(children.map((child) => child.exitCode)).toEqual([0, 1, 2, 3, 4]);
    expectInOrder(children);
    const ids = children.flatMap((child) => [child.pid, ...child.tids]);
    expect(new Set(ids).size).toBe(15);
  });

  it('keeps a zombie', async () => {
    await using target = await spawnZombie();
    const pid = target.ready['zombiePid'] as number;
    expect(readTaskStatus(pid).state).toBe('Z');
    expect((await target.go()).zombiePid).toBe(pid);
  });
});
