import { describe, expect, it } from 'vitest';
import { InterruptFlag, SoftirqFlag, VectorFlag, VectorType } from '@hftmon/core';
import { cpuTableText, FakeRoots, taskRecord, type FakeRecord } from '@hftmon/testkit';
import type { InterruptInfo } from '../../src/index.js';
import { hosted } from '../support/hosted.js';
import {
  hardIrqRecord,
  nmiRecord,
  softirqRecord,
  vectorRecord,
} from '../support/interrupt-records.js';

const CALL_SITE = 0xffff_ffff_8123_4567n;

function introduced(roots: FakeRoots) {
  const host = hosted(roots);
  host.source.push(
    taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
    taskRecord({ tid: 8, pid: 8, comm: 'sender' }),
  );
  host.source.kernelSymbols.set(CALL_SITE, 'ttwu_queue_wakelist');
  return host;
}

function decode(record: FakeRecord): InterruptInfo {
  using roots = new FakeRoots();
  const rows = [
    { label: '38', counts: [0, 5], description: 'PCI-MSIX-0000:00:03.0 1-edge virtio2-input.0' },
  ];
  roots.write('proc/interrupts', cpuTableText(2, rows));
  const host = introduced(roots);
  host.source.push(record);
  const [info] = host.collector.snapshot();
  host.close();
  return info!;
}

describe('a record', () => {
  it('of a hard interrupt', () => {
    const flags = InterruptFlag.InterruptedTarget;
    const common = { cpu: 1, timestampNs: 3e9, durationNs: 4500, netNs: 4000, flags };
    expect(decode(hardIrqRecord(38, common))).toEqual({
      timestamp: new Date(3000),
      timestampNs: 3e9,
      cpu: 1,
      irqNumber: 38,
      irqType: 'hardware',
      durationUs: 4.5,
      netUs: 4,
      source: 'virtio2-input.0',
      coalescedCount: 1,
      interruptedTid: 7,
      interruptedComm: 'engine',
      interruptedTarget: true,
      targetWaiting: false,
    });
    expect(decode(hardIrqRecord(99)).source).toBe('irq 99');
  });

  it('of a softirq', () => {
    const flags = InterruptFlag.TargetWaiting | SoftirqFlag.InKsoftirqd;
    const seen = softirqRecord(3, { tid: 0, flags, delayNs: 2 ** 33, raiser: 8 });
    expect(decode(seen)).toMatchObject({
      irqNumber: 3,
      irqType: 'softirq',
      source: 'NET_RX',
      deferredUs: 2 ** 33 / 1e3,
      inKsoftirqd: true,
      raisedBy: { tid: 8, comm: 'sender' },
      interruptedTid: 0,
      interruptedComm: 'swapper',
      interruptedTarget: false,
      targetWaiting: true,
    });
    const unseen = decode(softirqRecord(9));
    expect(unseen).toMatchObject({ source: 'RCU', inKsoftirqd: false });
    expect(unseen).not.toHaveProperty('deferredUs');
    expect(unseen).not.toHaveProperty('raisedBy');
  });

  it.each([
    ['HI', 0],
    ['TIMER', 1],
    ['NET_TX', 2],
    ['NET_RX', 3],
    ['BLOCK', 4],
    ['IRQ_POLL', 5],
    ['TASKLET', 6],
    ['SCHED', 7],
    ['HRTIMER', 8],
    ['RCU', 9],
    ['SOFTIRQ_10', 10],
  ])('of softirq %s', (source, vector) => {
    expect(decode(softirqRecord(vector)).source).toBe(source);
  });

  it.each([
    [VectorType.LocalTimer, 'timer', 'local_timer', 0xec],
    [VectorType.Reschedule, 'ipi', 'reschedule', 0xfd],
    [VectorType.CallFunction, 'ipi', 'function_call', 0xfc],
    [VectorType.CallFunctionSingle, 'ipi', 'function_call', 0xfb],
    [VectorType.IrqWork, 'ipi', 'irq_work', 0xf6],
    [VectorType.Thermal, 'hardware', 'thermal', 0xfa],
    [VectorType.Platform, 'hardware', 'platform', 0xf7],
    [VectorType.Error, 'hardware', 'apic_error', 0xfe],
    [VectorType.Spurious, 'hardware', 'spurious', 0xff],
    [42, 'ipi', 'vector_type_42', 42],
  ])('of vector type %i', (type, irqType, source, irqNumber) => {
    const info = decode(vectorRecord(type));
    expect(info).toMatchObject({ irqType, source, irqNumber, coalescedCount: 1 });
    expect(info).not.toHaveProperty('sender');
  });

  it('of an IPI names its sender', () => {
    const sender = { tid: 8, cpu: 3, sends: 5, callSite: CALL_SITE };
    expect(decode(vectorRecord(VectorType.Reschedule, { sender }))).toMatchObject({
      coalescedCount: 5,
      sender: { tid: 8, comm: 'sender', cpu: 3, callSite: 'ttwu_queue_wakelist' },
    });
    const hidden = decode(
      vectorRecord(VectorType.Reschedule, { sender: { ...sender, callSite: 1n } }),
    );
    expect(hidden.sender).toEqual({ tid: 8, comm: 'sender', cpu: 3 });
  });

  it('of a TLB shootdown is an IPI of that name', () => {
    const info = decode(vectorRecord(VectorType.CallFunction, { flags: 1 | VectorFlag.TlbFlush }));
    expect(info).toMatchObject({ irqType: 'ipi', source: 'tlb_shootdown', irqNumber: 0xfc });
  });

  it('of an NMI', () => {
    expect(decode(nmiRecord(CALL_SITE, { netNs: 5000 }))).toMatchObject({
      irqType: 'nmi',
      irqNumber: 2,
      source: 'nmi',
      handler: 'ttwu_queue_wakelist',
    });
    expect(decode(nmiRecord(5n))).not.toHaveProperty('handler');
  });
});

describe('names of interrupts', () => {
  it('are read again when a new one turns up, and remembered', () => {
    using roots = new FakeRoots();
    const host = introduced(roots);
    const source = () => host.collector.snapshot({ limit: 1 })[0]?.source;
    roots.write(
      'proc/interrupts',
      cpuTableText(1, [{ label: '5', counts: [1], description: 'IO-APIC 5-edge nvme0q1, eth0' }]),
    );
    host.source.push(hardIrqRecord(5));
    expect(source()).toBe('nvme0q1, eth0');
    roots.write('proc/interrupts', cpuTableText(1, []));
    expect(source()).toBe('nvme0q1, eth0');
    roots.write('sys/kernel/irq/6/actions', 'timer\n');
    host.source.push(hardIrqRecord(6));
    expect(source()).toBe('timer');
    host.close();
  });
});
