import { describe, expect, it } from 'vitest';
import { VectorType, type SourceTotals } from '@hftmon/core';
import { cpuTableText, FakeRoots } from '@hftmon/testkit';
import { hosted } from '../support/hosted.js';
import { hardIrqRecord, softirqRecord, vectorRecord } from '../support/interrupt-records.js';

function totals(cpu: number, number: number, count: number): SourceTotals {
  return { cpu, number, count, ns: count * 100, maxNs: 900, targetCount: 1, targetNs: 100 };
}

describe('totals', () => {
  using roots = new FakeRoots();
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
    );
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
    });
  });
});
