import { describe, expect, it } from 'vitest';
import {
  RecordKind,
  TICK_DEPENDENCIES,
  VectorType,
  type DelayTotals,
  type SoftirqDeferral,
  type SourceTotals,
  type Target,
  type ThreadTotals,
  type TickTotals,
  type WorkTotals,
} from '@hftmon/core';
import {
  bpfWorks,
  cpuTableText,
  fakeEnvironment,
  FakeEventSource,
  FakeRoots,
  writeFakeCpus,
} from '@hftmon/testkit';
import { createInterruptCollector } from '../../src/index.js';
import { hosted } from '../support/hosted.js';
import {
  hardIrqRecord,
  softirqRecord,
  vectorRecord,
  workRecord,
} from '../support/interrupt-records.js';

function totals(cpu: number, number: number, count: number): SourceTotals {
  return { cpu, number, count, ns: count * 100, maxNs: 900, targetCount: 1, targetNs: 100 };
}

function deferral(
  cpu: number,
  number: number,
  delay: DelayTotals,
  ksoftirqdCount: number,
): SoftirqDeferral {
  return { cpu, number, delay, ksoftirqdCount, ksoftirqdNs: ksoftirqdCount * 50 };
}

function work(cpu: number, count: number, targetCount: number): WorkTotals {
  const delay = { count: count - 1, ns: 2000 * (count - 1), maxNs: 2500 };
  return { cpu, count, ns: count * 1000, maxNs: 1500, targetCount, targetNs: 700, delay };
}

function tick(cpu: number, stopped: number): TickTotals {
  const kept = Object.fromEntries(TICK_DEPENDENCIES.map((name) => [name, 0]));
  return { cpu, stopped, kept: kept as TickTotals['kept'] };
}

describe('totals', () => {
  using roots = new FakeRoots();
  writeFakeCpus(roots, { count: 2, nohzFull: '1' });
  const description = 'PCI-MSIX-0000:00:03.0 1-edge virtio2-input.0';
  roots.write('proc/interrupts', cpuTableText(1, [{ label: '38', counts: [9], description }]));
  const host = hosted(roots);
  host.source.interruptCounts = {
    hardIrqs: [totals(0, 38, 3), totals(1, 38, 4)],
    softirqs: [totals(0, 3, 5)],
    vectors: [
      totals(0, VectorType.LocalTimer, 10),
      totals(0, VectorType.CallFunction, 6),
      totals(1, VectorType.Reschedule, 7),
    ],
    tlbFlushes: [totals(0, 0, 2)],
    nmis: [totals(1, 0, 1)],
    deferrals: [deferral(0, 3, { count: 4, ns: 8000, maxNs: 5000 }, 2)],
    work: [work(0, 3, 1), work(1, 8, 0)],
    deviceWork: [
      { cpu: 0, irq: undefined, polls: 2, packets: 5, requests: 1 },
      { cpu: 0, irq: 38, polls: 3, packets: 60, requests: 0 },
      { cpu: 1, irq: 38, polls: 1, packets: 3, requests: 0 },
      { cpu: 1, irq: 40, polls: 0, packets: 0, requests: 9 },
    ],
    ticks: [tick(0, 5), { ...tick(1, 7), kept: { ...tick(1, 7).kept, sched: 3, rcu: 1 } }],
    tlbSends: [
      { cpu: 0, count: 5, all: 1, pages: 33 },
      { cpu: 1, count: 2, all: 0, pages: 2 },
    ],
  };

  it('are named, per CPU and source', () => {
    const { sources, tlbShootdowns } = host.collector.totals();
    expect(
      sources.map(({ cpu, irqType, irqNumber, source, count }) =>
        [cpu, irqType, irqNumber, source, count].join(' '),
      ),
    ).toEqual([
      '0 hardware 38 virtio2-input.0 3',
      '1 hardware 38 virtio2-input.0 4',
      '0 softirq 3 NET_RX 5',
      '0 timer 236 local_timer 10',
      '0 ipi 252 function_call 6',
      '1 ipi 253 reschedule 7',
      '1 nmi 2 nmi 1',
    ]);
    expect(tlbShootdowns).toMatchObject([
      { cpu: 0, irqType: 'ipi', source: 'tlb_shootdown', count: 2 },
    ]);
  });

  it('are the metrics that the collector declares', () => {
    host.source.push(
      hardIrqRecord(38, { durationNs: 900, netNs: 500 }),
      softirqRecord(3, { durationNs: 100 }),
      vectorRecord(VectorType.Reschedule, { durationNs: 200 }),
      workRecord({ delayNs: 4000 }),
      workRecord({}),
    );
    host.source.threadTotals.set(5, [{ tlbSendCount: 4 }, {}] as ThreadTotals[]);
    host.collector.attach({ pid: 5 } as Target);
    host.deliverAll();
    const metrics = host.collector.metrics();
    const declared = host.collector.meta.metrics.map(({ name }) => name);
    expect(Object.keys(metrics).sort()).toEqual([...declared].sort());
    expect(metrics).toMatchObject({
      hard_irq_count: 7,
      hard_irq_ns: 700,
      hard_irq_target_count: 2,
      hard_irq_target_ns: 200,
      softirq_count: 5,
      timer_count: 10,
      ipi_count: 13,
      nmi_count: 1,
      tlb_shootdown_count: 2,
      hard_irq_duration_ns: { count: 1, max: 500 },
      ipi_duration_ns: { count: 1, max: 200 },
      timer_duration_ns: { count: 0, max: undefined },
      softirq_delay_count: 4,
      softirq_delay_ns: 8000,
      ksoftirqd_count: 2,
      ksoftirqd_ns: 100,
      work_count: 11,
      work_ns: 11_000,
      work_target_count: 1,
      work_delay_count: 9,
      work_delay_ns: 18_000,
      work_queue_delay_ns: { count: 1, max: 4000 },
      network_poll_count: 6,
      network_packet_count: 68,
      network_interrupt_packet_count: 63,
      network_interrupt_count: 7,
      block_request_count: 10,
      block_interrupt_request_count: 9,
      block_interrupt_count: 0,
      tick_stop_count: 12,
      tick_kept_count: 4,
      tlb_send_count: 7,
      tlb_send_page_count: 35,
      tlb_send_target_count: 4,
    });
  });

  it('set packets and requests against interrupts', () => {
    expect(host.collector.coalescing()).toEqual([
      { source: 'elsewhere', polls: 2, packets: 5, requests: 1 },
      {
        irqNumber: 38,
        source: 'virtio2-input.0',
        interrupts: 7,
        polls: 4,
        packets: 63,
        requests: 0,
        eventsPerInterrupt: 9,
      },
      { irqNumber: 40, source: 'irq 40', interrupts: 0, polls: 0, packets: 0, requests: 9 },
    ]);
  });

  it('say how long work was put off', () => {
    expect(host.collector.deferredWork()).toEqual({
      softirqs: [
        {
          cpu: 0,
          source: 'NET_RX',
          count: 5,
          delay: { count: 4, meanUs: 2, maxUs: 5 },
          ksoftirqdCount: 2,
          ksoftirqdUs: 0.1,
          ksoftirqdShare: 0.4,
        },
      ],
      workers: [
        expect.objectContaining({ cpu: 0, count: 3, totalUs: 3, maxUs: 1.5, targetCount: 1 }),
        expect.objectContaining({ cpu: 1, delay: { count: 7, meanUs: 2, maxUs: 2.5 } }),
      ],
    });
  });

  it('say why the tick is on', () => {
    expect(host.collector.ticks()).toEqual([
      { cpu: 0, nohzFull: false, stopped: 5, why: expect.stringContaining('not in nohz_full') },
      {
        cpu: 1,
        nohzFull: true,
        stopped: 7,
        kept: { sched: 3, rcu: 1 },
        why: 'more than one task wants the CPU',
      },
    ]);
  });

  it('leave out what a kernel without NO_HZ_FULL never tells', () => {
    using without = new FakeRoots();
    without.write('sys/devices/system/cpu/online', '0-1\n');
    const old = hosted(without);
    old.source.interruptCounts = host.source.interruptCounts;
    expect(old.collector.metrics()).not.toHaveProperty('tick_kept_count');
    expect(old.collector.ticks()[1]).toEqual({
      cpu: 1,
      nohzFull: false,
      stopped: 7,
      why: expect.stringContaining('without CONFIG_NO_HZ_FULL'),
    });
  });

  it('leave out what the kernel does not trace, rather than count 0', () => {
    const environment = fakeEnvironment({
      bpf: bpfWorks,
      tracepoints: ['irq_handler_entry', 'nmi_handler'],
    });
    const blind = hosted({ source: new FakeEventSource({ environment }) });
    const names = Object.keys(blind.collector.metrics());
    expect(names).toEqual(expect.arrayContaining(['hard_irq_count', 'nmi_count']));
    expect(names.filter((name) => /^(timer|ipi|tlb|work|tick)_/.test(name))).toEqual([]);
  });

  it('are of the parts that were asked for', () => {
    const { meta } = createInterruptCollector({ parts: ['tick'] });
    const names = meta.metrics.map(({ name }) => name);
    expect(names).toContain('tick_stop_count');
    expect(names.filter((name) => /^(work|network|block|tlb_send)_/.test(name))).toEqual([]);
    expect(meta.kinds).toContain(RecordKind.TickStop);
    expect(meta.kinds).not.toContain(RecordKind.Work);
  });
});
