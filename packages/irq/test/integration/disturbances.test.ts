import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  needs,
  skipUnless,
  spawnIowait,
  spawnNetload,
  spawnSpinner,
  spawnTlbshoot,
} from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

/** Windows in which others of a busy host may be in the way of an exact count. */
const WINDOWS = 10;

beforeEach((context) => skipUnless(context, needs.bpf));

/** Looks at the tick, a tenth of a second apart. */
const LOOKS = 300;
/** Idle time that may have come in pieces too short to stop the tick for, in ticks of 10 ms. */
const FEW_TICKS = 20;

/** Time that all CPUs were idle so far, in ticks of 10 ms (USER_HZ): /proc/stat. */
function idleTicks(): number {
  const [, , , , idle, ioWait] = readFileSync('/proc/stat', 'utf8').split(/\s+/);
  return Number(idle) + Number(ioWait);
}

/** Packets that the loopback device received, from /proc/net/dev. */
function loopbackPackets(): number {
  const row = /^\s*lo:\s*(.*)$/m.exec(readFileSync('/proc/net/dev', 'utf8'))?.[1];
  return Number(row?.trim().split(/\s+/)[1]);
}

/** Interrupts so far of virtio, NVMe, SATA and SCSI disks, from /proc/interrupts. */
function diskInterrupts(): number {
  const text = readFileSync('/proc/interrupts', 'utf8');
  const rows = [...text.matchAll(/^\s*\d+:((?:\s+\d+)+)\s.*(?:-req|nvme|ahci|scsi|megasas|mpt)/gm)];
  return rows.reduce(
    (sum, [, counts]) =>
      counts!
        .trim()
        .split(/\s+/)
        .reduce((all, count) => all + Number(count), sum),
    0,
  );
}

describe('what interrupts bring', () => {
  it('counts packets as the loopback device does, and blames no device for them', async () => {
    using monitor = new Monitor([]);
    const differences: number[] = [];
    for (let i = 0; i < WINDOWS && !differences.includes(0); i++) {
      await using net = await spawnNetload({ count: 10_007, cpu: 0 });
      const packets = () => {
        const elsewhere = monitor.collector.coalescing().find(({ irqNumber }) => !irqNumber);
        return elsewhere?.packets ?? 0;
      };
      const books = loopbackPackets();
      const before = packets();
      expect(await net.go()).toMatchObject({ received: 10_007 });
      const counted = packets() - before;
      const sent = loopbackPackets() - books;
      expect(counted).toBeGreaterThanOrEqual(10_007);
      // Software devices beside lo may poll as well, and others use lo while it is read.
      differences.push(counted - sent);
    }
    expect(differences).toContain(0);
  });

  it('counts requests of the disk by its interrupt', async (context) => {
    using monitor = new Monitor([]);
    await using disk = await spawnIowait({ count: 211, mode: 'direct-write', sizeKb: 4 });
    const before = diskInterrupts();
    await disk.go();
    context.skip(diskInterrupts() === before, 'the disk of this host completes without interrupts');
    // Others use the disk as well: what is compared must be of one moment.
    monitor.session.stop();
    const byDevice = monitor.collector
      .coalescing()
      .filter(({ irqNumber, requests }) => irqNumber !== undefined && requests > 0);
    const requests = byDevice.reduce((sum, each) => sum + each.requests, 0);
    expect(requests).toBeGreaterThanOrEqual(211);
    for (const { interrupts, eventsPerInterrupt, requests, packets } of byDevice) {
      expect(interrupts).toBeGreaterThan(0);
      expect(eventsPerInterrupt).toBeCloseTo((requests + packets) / interrupts!);
    }
    const metrics = monitor.collector.metrics();
    expect(metrics['block_interrupt_request_count']).toBe(requests);
    expect(metrics['block_request_count']).toBeGreaterThanOrEqual(requests);
  });
});

describe('work that is put off', () => {
  it('has as many softirqs with a delay as there were runs, or fewer', async () => {
    await using net = await spawnNetload({ count: 1009, cpu: 0 });
    using monitor = new Monitor([net.pid]);
    const { sent, late } = await net.go();
    monitor.session.stop();
    const { softirqs } = monitor.collector.deferredWork();
    const rx = softirqs.find(({ cpu, source }) => cpu === 0 && source === 'NET_RX')!;
    // One run is for several packets where ksoftirqd had taken over. A sandbox may hide a few.
    expect(rx.delay.count).toBeGreaterThan(0.99 * (sent - late.length));
    for (const { count, delay, ksoftirqdCount, ksoftirqdShare } of softirqs) {
      expect(delay.count).toBeLessThanOrEqual(count);
      expect(ksoftirqdCount).toBeLessThanOrEqual(count);
      expect(ksoftirqdShare).toBeCloseTo(ksoftirqdCount / count);
      if (delay.count > 0) expect(delay.maxUs).toBeGreaterThanOrEqual(delay.meanUs!);
    }
  });

  it('names the function of work that ran while a target waited', async () => {
    await using target = await spawnSpinner({ cpu: 1 });
    using monitor = new Monitor([target.pid]);
    target.begin();
    await target.running();
    // The kernel itself queues work on every CPU, at least once a second (vmstat_update).
    await expect
      .poll(() => {
        monitor.session.flush();
        return monitor.collector.workRuns().length;
      })
      .toBeGreaterThan(0);
    await target.stop();
    monitor.session.stop();
    const work = monitor.collector.workRuns();
    for (const { worker, durationUs, ...run } of work) {
      expect(worker.comm).toMatch(/^kworker\//);
      expect(durationUs).toBeGreaterThan(0);
      if (run.delayUs !== undefined) expect(run.delayUs).toBeGreaterThanOrEqual(0);
      expect(run.function).toMatch(/^\w+/);
    }
    const totals = monitor.collector.deferredWork().workers!;
    expect(totals.reduce((sum, { targetCount }) => sum + targetCount, 0)).toBe(work.length);
    const { seen } = monitor.session.losses().byKind.get(16)!;
    expect(totals.reduce((sum, { count }) => sum + count, 0)).toBe(seen);
  });
});

describe('the tick', () => {
  it('is stopped when a CPU goes idle, and says why it goes on', async (context) => {
    using monitor = new Monitor([]);
    const before = idleTicks();
    const stops = () => monitor.collector.ticks().reduce((sum, { stopped }) => sum + stopped, 0);
    for (let i = 0; i < LOOKS && stops() === 0; i++) await sleep(100);
    const idle = idleTicks() - before;
    context.skip(stops() === 0 && idle < FEW_TICKS, 'no CPU of this host was idle for a moment');
    expect(stops()).toBeGreaterThan(0);
    for (const { nohzFull, why, kept } of monitor.collector.ticks()) {
      if (nohzFull) expect(kept).toBeDefined();
      else expect(why).toContain('so it ticks whenever a task runs');
    }
  });
});

describe('senders of TLB shootdowns', () => {
  it.for(['madvise', 'mprotect'] as const)('by %s are counted once each', async (via, context) => {
    skipUnless(context, needs.cpus(2), needs.realtime, needs.tool('chrt'));
    context.skip(process.arch !== 'x64', 'arm64 flushes without interrupts');
    const counts: number[] = [];
    // Every second mprotect gives a right back, for which kernels may or may not flush.
    const exact = via === 'madvise' ? [211] : [211, 106];
    const isExact = () => counts.some((count) => exact.includes(count));
    for (let i = 0; i < WINDOWS && !isExact(); i++) {
      await using target = await spawnTlbshoot({ via, count: 211, cpu: 1, otherCpu: 0 });
      // A sender flushes alone while another process has the other CPU: none may have it now. The
      // thread spins for as long as the sender, on the other CPU, goes on: a fraction of a second.
      for (const thread of target.tids) {
        execFileSync('chrt', ['--fifo', '--pid', '1', String(thread)]);
      }
      using monitor = new Monitor([target.pid]);
      const { tid, senderTid } = await target.go();
      monitor.session.flush();
      const totals = monitor.source.totals(target.pid);
      const own = totals.find((thread) => thread.tid === senderTid)!.tlbSendCount!;
      counts.push(own);
      expect(totals.find((thread) => thread.tid === tid)!.tlbSendCount).toBe(0);
      const metrics = monitor.collector.metrics();
      expect(metrics['tlb_send_target_count']).toBeGreaterThanOrEqual(own);
      expect(metrics['tlb_send_count']).toBeGreaterThanOrEqual(own);
      const [sender, ...others] = monitor.collector
        .tlbSenders({ tid })
        .filter((each) => each.tid === senderTid && each.syscall !== undefined);
      expect(others).toEqual([]);
      expect(sender).toMatchObject({ comm: 'tlbshoot', syscall: via, all: 0 });
      expect(sender!.count).toBeLessThanOrEqual(own);
      expect(sender!.pages).toBe(sender!.count);
    }
    expect(isExact(), counts.join()).toBe(true);
  });
});

describe('affinity', () => {
  it('is what /proc/irq says, against the CPUs of the target', async () => {
    await using target = await spawnSpinner({ cpu: 1 });
    using monitor = new Monitor([target.pid]);
    await using disk = await spawnIowait({ count: 23, mode: 'fsync' });
    await disk.go();
    // Any interrupt may fire for the first time between two looks.
    monitor.session.stop();
    const found = monitor.collector.affinity();
    for (const { irqNumber, effective, targetCpus, onTargetCpus, command, obstacle } of found) {
      const list = readFileSync(`/proc/irq/${irqNumber}/effective_affinity_list`, 'utf8').trim();
      expect(effective?.join(',') ?? '').toBe(list);
      expect(onTargetCpus).toBe(targetCpus.length > 0);
      expect(command !== undefined || obstacle !== undefined).toBe(onTargetCpus);
    }
    const { sources } = monitor.collector.totals();
    const fired = new Set(
      sources.filter(({ irqType }) => irqType === 'hardware').map(({ irqNumber }) => irqNumber),
    );
    expect(found.map(({ irqNumber }) => irqNumber)).toEqual([...fired].sort((a, b) => a - b));
  });
});
