import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allowedCpus,
  needs,
  skipUnless,
  spawnHog,
  spawnMigrator,
  spawnPtracer,
  spawnSleeper,
  spawnSpinner,
  spawnStopper,
  type Interval,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  Monitor,
  checkMost,
  during,
  overlapNs,
  partOf,
  partsOf,
  takenBy,
  timeOf,
} from '../support/monitor.js';

const [, secondCpu = 1] = allowedCpus();
const cpu = secondCpu;

/** How much of an interval is in gaps of the target's own clock, ns. */
function seenNs(gaps: readonly Interval[], interval: Interval): number {
  return gaps.reduce((sum, gap) => sum + overlapNs(gap, interval), 0);
}

describe('preemption', () => {
  it('is the work of the one who did it, as long as he ran', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnSpinner({ cpu, gapUs: 20 });
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 2000, count: 11 });
    using monitor = new Monitor([target.pid]);
    target.begin();
    await target.running();
    const { bursts, tid: hogTid } = await hog.go();
    const report = await target.stop();
    const spikes = monitor.spikes({ tid: report.tid });

    for (const burst of bursts) {
      const [spike] = during(spikes, burst);
      expect(spike, 'a burst without a spike').toBeDefined();
      // The burst's clock was read while the target could not run: the spike is all around it.
      expect(spike!.monotonicNs).toBeLessThanOrEqual(burst.startNs);
      expect(timeOf(spike!).endNs).toBeGreaterThanOrEqual(burst.endNs);
      // Unless a hypervisor took more than the hog had, by its own account.
      if ((partOf(spike!, 'steal')?.ns ?? 0) < burst.cpuNs) {
        expect(spike!.cause).toBe('preemption');
      }
      expect(takenBy([spike!], hogTid)).toBeGreaterThan(0);
    }
    // The hog's own account, plus its way to and from sleep, which interrupts are not part of.
    const ran = bursts.reduce((sum, burst) => sum + burst.cpuNs, 0);
    const taken = takenBy(spikes, hogTid);
    expect(taken).toBeGreaterThan(ran * 0.9);
    expect(taken).toBeLessThan(ran + bursts.length * 300e3 + 2e6);
  });

  it('is never claimed where the target itself has seen no gap', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    await using target = await spawnSpinner({ cpu, gapUs: 5 });
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 500, periodMs: 5, count: 53 });
    using monitor = new Monitor([target.pid], { thresholdUs: 20 });
    target.begin();
    await target.running();
    const { bursts } = await hog.go();
    const report = await target.stop();
    const worked = { startNs: report.startNs, endNs: report.endNs };
    const spikes = monitor
      .spikes({ tid: report.tid })
      .filter((spike) => spike.monotonicNs > worked.startNs && timeOf(spike).endNs < worked.endNs);

    const placed = spikes.filter(({ cause }) => cause !== 'steal');
    for (const burst of bursts) expect(during(placed, burst), 'a burst').toHaveLength(1);
    for (const spike of spikes.filter(({ estimated }) => estimated === undefined)) {
      const between = partOf(spike, 'unexplained')?.details.betweenNs ?? 0;
      const steal = partOf(spike, 'steal');
      const stalled = spike.durationNs - between - (steal?.ns ?? 0);
      const { startNs, endNs } = timeOf(spike);
      const seen = seenNs(report.gaps, { startNs, endNs });
      expect(seen, JSON.stringify(spike)).toBeGreaterThanOrEqual(stalled * 0.98 - 2000);
      if (steal === undefined) continue;
      // Of what the hypervisor took, the kernel knows how much, and only within bounds when. It may
      // have been taken in pieces, of which those below 5 us are no gaps here.
      const within = { startNs: startNs - steal.details.windowNs, endNs };
      expect(seenNs(report.gaps, within), JSON.stringify(spike)).toBeGreaterThan(steal.ns / 2);
    }
    // And the other way round: each gap in which the hog worked is told, in full.
    for (const gap of report.gaps) {
      const worked = bursts.reduce((sum, burst) => sum + overlapNs(burst, gap), 0);
      const told = spikes.reduce((sum, spike) => sum + overlapNs(timeOf(spike), gap), 0);
      expect(told).toBeGreaterThanOrEqual(worked);
    }
  });
});

/** A thread sleeps again and again while a hog takes the CPU now and then. */
async function wokenWithinBursts() {
  await using target = await spawnSleeper({ cpu, sleepUs: 2000, count: 151 });
  const times = { burstUs: 3000, periodMs: 10, count: 0 };
  await using hog = await spawnHog({ cpu, policy: 'fifo', ...times });
  using monitor = new Monitor([target.pid]);
  hog.begin();
  await hog.running();
  const { sleeps, tid } = await target.go();
  const { bursts, tid: hogTid } = await hog.stop();
  // Woken well within a burst, also if the timer is a little late.
  const burstAt = (ns: number) => bursts.find((b) => ns > b.startNs && ns < b.endNs - 500e3);
  const waits = sleeps.filter(({ deadlineNs }) => burstAt(deadlineNs) !== undefined);
  return { spikes: monitor.spikes({ tid }), waits, burstAt, hogTid };
}

describe('run_queue_wait', () => {
  it('names who had the CPU when the target woke', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    const { spikes, waits, burstAt, hogTid } = await wokenWithinBursts();
    expect(waits.length).toBeGreaterThan(11);
    checkMost(waits, ({ deadlineNs, endNs }) => {
      const burst = burstAt(deadlineNs)!;
      const [spike] = during(spikes, { startNs: deadlineNs, endNs });
      const part = spike && partOf(spike, 'run_queue_wait');
      expect(part, 'a wait without a spike').toBeDefined();
      expect(spike!.monotonicNs).toBeGreaterThanOrEqual(deadlineNs);
      expect(spike!.monotonicNs).toBeLessThan(burst.endNs);
      expect(timeOf(spike!).endNs).toBeGreaterThanOrEqual(burst.endNs);
      expect(takenBy([spike!], hogTid)).toBeGreaterThan(0);
      expect(part!.details).toMatchObject({ wokenByInterrupt: true });
    });
  });
});

describe('late_wakeup', () => {
  it('is the time from the timer to the first instruction, on an idle CPU', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSleeper({ cpu, sleepUs: 1000, count: 211 });
    using monitor = new Monitor([target.pid], { thresholdUs: 1 });
    const { sleeps, tid } = await target.go();
    const spikes = monitor.spikes({ tid });

    let late = 0;
    for (const { deadlineNs, endNs } of sleeps) {
      const [spike] = during(spikes, { startNs: deadlineNs, endNs });
      const part = spike && partOf(spike, 'late_wakeup');
      if (part === undefined) continue;
      late++;
      const epochNs = spike!.monotonicNs - spike!.timestampNs;
      const { wokenNs, ranNs, timer } = part.details;
      expect(wokenNs + epochNs).toBeGreaterThanOrEqual(deadlineNs);
      expect(ranNs! + epochNs).toBeLessThanOrEqual(endNs);
      expect(part.ns).toBeLessThanOrEqual(ranNs! - (timer?.dueNs ?? wokenNs));
    }
    if (late === 0) context.skip('the CPU was never idle');
  });
});

describe('stopped', () => {
  it('names the signal, who sent it and who let the target go on', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using target = await spawnSpinner({ cpu });
    using monitor = new Monitor([target.pid]);
    await using stopper = await spawnStopper({ pid: target.pid, count: 7, stopMs: 5 });
    target.begin();
    await target.running();
    const { stops, tid: stopperTid } = await stopper.go();
    await target.stop();
    const spikes = monitor.spikes();

    const byStopper = {
      by: 'signal',
      signal: 'SIGSTOP',
      sender: { tid: stopperTid, comm: 'stopper' },
      resumedBy: { tid: stopperTid, comm: 'stopper' },
    };
    // The first thread is the one whose state the stopper has read.
    const leader = spikes.filter(({ tid }) => tid === target.pid);
    for (const { startNs, stoppedNs, continueNs, endNs } of stops) {
      const [spike] = during(leader, { startNs: stoppedNs, endNs: continueNs });
      const part = spike && partOf(spike, 'stopped');
      expect(part, 'a stop without a spike').toBeDefined();
      expect(part!.details).toMatchObject(byStopper);
      expect(part!.ns).toBeGreaterThanOrEqual(continueNs - stoppedNs);
      expect(part!.ns).toBeLessThanOrEqual(endNs - startNs);
    }
    // The other one works; on a busy CPU it may not come to its stop in time.
    const worker = partsOf(spikes, 'stopped');
    expect(worker.length).toBeGreaterThanOrEqual(stops.length);
    for (const { details } of worker) expect(details).toMatchObject(byStopper);
  });

  it('tells a tracer from a signal', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using target = await spawnSpinner({ cpu });
    using monitor = new Monitor([target.pid]);
    await using tracer = await spawnPtracer({ tid: target.tids[0]!, count: 5, stopMs: 5 });
    target.begin();
    await target.running();
    const { stops, tid: tracerTid } = await tracer.go();
    const { tid } = await target.stop();
    const spikes = monitor.spikes({ tid });

    for (const { stoppedNs, continueNs } of stops) {
      const [part] = partsOf(during(spikes, { startNs: stoppedNs, endNs: continueNs }), 'stopped');
      expect(part?.details).toMatchObject({ by: 'ptrace', resumedBy: { tid: tracerTid } });
    }
  });
});

describe('migration', () => {
  it('has both CPUs and the mover, for a thread that moves itself', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using target = await spawnMigrator({ count: 53, gapUs: 2000 });
    using monitor = new Monitor([target.pid], { thresholdUs: 2 });
    const { moves, tid, migrations } = await target.go();
    const spikes = monitor.spikes({ tid });

    let told = 0;
    for (const move of moves) {
      const parts = partsOf(during(spikes, move), 'migration');
      const part = parts.find(
        ({ details }) => details.from === move.from && details.to === move.to,
      );
      if (part === undefined) continue;
      told++;
      expect(part.details.mover?.comm).toMatch(/^migration\//);
    }
    // Where another task preempts it first, the thread is moved while it waits for its CPU.
    if (told === 0) context.skip(`none of ${migrations} moves was undisturbed`);
  });

  it('is told for a running thread that is moved from outside', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2), needs.tool('taskset'));
    const [first, second] = allowedCpus();
    await using target = await spawnSpinner({ cpu: first! });
    using monitor = new Monitor([target.pid], { thresholdUs: 2 });
    target.begin();
    await target.running();
    const [tid] = target.tids as [number];
    const told = () => partsOf(monitor.spikes({ tid }), 'migration');
    const carried = () => told().filter(({ details }) => details.mover?.comm !== 'taskset');
    // One that waits for its CPU is moved without the help of a migration thread: on a busy host
    // that is how most moves find it.
    for (let round = 0; round < 20 && carried().length === 0; round++) {
      for (let i = 0; i < 24; i++) {
        const to = i % 2 === 0 ? second! : first!;
        execFileSync('taskset', ['-c', '-p', String(to), String(tid)], { stdio: 'ignore' });
        await sleep(10);
      }
    }
    await target.stop();
    expect(carried().length).toBeGreaterThan(0);
    for (const { details } of told()) {
      expect([first, second]).toContain(details.from);
      expect(details.to).toBe(details.from === first ? second : first);
      // Or whoever asked for the move, when the migration thread found it done.
      expect(details.mover?.comm).toMatch(/^(migration\/\d+|taskset)$/);
    }
  });
});
