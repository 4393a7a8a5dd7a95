import { VectorFlag, VectorType } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { hardIrq, nmi, softirq, vector } from '../../support/records.js';
import { Stage } from '../../support/stage.js';

describe('interrupts', () => {
  it('are hard_irq with the names of /proc/interrupts', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.roots.write('proc/interrupts', '      CPU0\n 24:  5  PCI-MSI 0-edge virtio0-input.0\n');
    stage.deliver(
      hardIrq(24, { from: 0, to: 4001 }),
      hardIrq(31, { from: 4001, to: 6002 }),
      vector({ from: 6002, to: 6013, type: VectorType.Thermal }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'hard_irq',
      details: {
        irqs: [
          { irq: 24, name: 'virtio0-input.0', ns: 4001, count: 1 },
          { irq: 31, ns: 2001, count: 1 },
          { name: 'thermal', ns: 11, count: 1 },
        ],
      },
    });
  });

  it('are softirq with vector and delay', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(
      softirq(3, { from: 0, to: 4000, flags: 8, delay: 700 }),
      softirq(3, { from: 4000, to: 9000, flags: 12, delay: 900 }),
      softirq(1, { from: 9000, to: 9100 }),
    );
    expect(stage.spike().details).toEqual({
      vectors: [
        { vector: 3, name: 'NET_RX', ns: 9000, count: 2, inKsoftirqd: 1, delayNs: 900 },
        { vector: 1, name: 'TIMER', ns: 100, count: 1, inKsoftirqd: 0 },
      ],
    });
  });

  it('are timer_tick when the local timer fired', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(vector({ from: 0, to: 5003 }));
    expect(stage.spike()).toMatchObject({
      cause: 'timer_tick',
      details: { count: 1, cpu: 0, nohzFull: false },
    });
  });

  it('are ipi with type, sender and call site', () => {
    using stage = new Stage({ thresholdUs: 5 });
    const flags = VectorFlag.SenderSeen | VectorFlag.TlbFlush;
    const call = VectorType.CallFunction;
    stage.task({ tid: 61, comm: 'sender' }).deliver(
      vector({
        from: 0,
        to: 4000,
        type: call,
        flags,
        sender: 61,
        senderCpu: 2,
        callSite: 0xabc_def0_1234,
      }),
      vector({
        from: 4000,
        to: 6000,
        type: call,
        flags,
        sender: 61,
        senderCpu: 2,
        callSite: 0xabc_def0_1234,
      }),
      vector({ from: 6000, to: 7000, type: VectorType.Reschedule }),
    );
    expect(stage.spike()).toMatchObject({
      cause: 'ipi',
      details: {
        types: [
          { type: 'call_function', ns: 6000, count: 2 },
          { type: 'reschedule', ns: 1000, count: 1 },
        ],
        tlbFlushes: 2,
        senders: [
          { tid: 61, comm: 'sender', cpu: 2, ns: 6000, count: 2, callSite: '0xabcdef01234' },
        ],
      },
    });
  });

  it('are nmi with their handler', () => {
    using stage = new Stage({ thresholdUs: 5 });
    stage.deliver(nmi({ from: 0, to: 6007 }, 0x4321));
    expect(stage.spike()).toMatchObject({
      cause: 'nmi',
      details: { handlers: [{ address: '0x4321', ns: 6007, count: 1 }] },
    });
  });
});
