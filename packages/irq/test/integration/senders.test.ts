import { describe, expect, it } from 'vitest';
import { needs, readProcInterrupts, skipUnless, spawnTlbshoot } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

const CALLS = 1009;

function flushesInBooks(cpu: number): number {
  const { cpus, rows } = readProcInterrupts();
  return rows.get('TLB')?.counts[cpus.indexOf(cpu)] ?? 0;
}

describe('TLB shootdowns', () => {
  it.for(['madvise', 'mprotect'] as const)('by %s name their sender', async (via, context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    context.skip(process.arch !== 'x64', 'arm64 flushes without interrupts');
    const seen = { own: 0, all: 0 };
    // A target that is off its CPU, as it may be on a busy host for most of a run, needs no flush.
    for (let run = 0; run < 5 && seen.own < CALLS / 2; run++) {
      const { own, all } = await shoot(via);
      seen.own += own;
      seen.all += all;
    }
    // Other processes flush as well.
    expect(seen.own).toBeGreaterThan(0.9 * seen.all);
  });
});

/** A run of the workload. @returns shootdowns that its target met, those of its sender and all */
async function shoot(via: 'madvise' | 'mprotect'): Promise<{ own: number; all: number }> {
  await using target = await spawnTlbshoot({ via, count: CALLS, cpu: 1, otherCpu: 0 });
  using monitor = new Monitor([target.pid]);
  const before = flushesInBooks(1);
  const { tid, senderTid } = await target.go();
  const after = flushesInBooks(1);
  monitor.session.flush();
  const listed = monitor.collector
    .snapshot({ tid, type: 'ipi' })
    .filter(({ source }) => source === 'tlb_shootdown');
  const own = listed.filter(({ sender }) => sender?.tid === senderTid);
  // It may also wait for its CPU while the one that has it is interrupted.
  const interrupted = own.filter(({ interruptedTarget }) => interruptedTarget);
  expect(interrupted.length).toBeGreaterThan(0);
  for (const { cpu, irqNumber, coalescedCount, sender, interruptedComm } of interrupted) {
    expect({ cpu, interruptedComm }).toEqual({ cpu: 1, interruptedComm: 'tlbshoot' });
    // The kernel has a vector for calls of one CPU and one for calls of several.
    expect([0xfb, 0xfc]).toContain(irqNumber);
    expect(coalescedCount).toBeGreaterThanOrEqual(1);
    expect(sender).toMatchObject({ comm: 'tlbshoot', cpu: 0 });
    expect(sender?.callSite).toMatch(/^\w/);
  }
  // One call may flush for several senders, and an idle CPU flushes without a call.
  const probes = monitor.collector.totals().tlbShootdowns?.find(({ cpu }) => cpu === 1);
  expect(probes?.count).toBeGreaterThanOrEqual(listed.length);
  expect(after - before).toBeGreaterThanOrEqual(listed.length);
  return { own: own.length, all: listed.length };
}
