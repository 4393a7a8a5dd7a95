import type { InterruptTotals } from '@hftmon/core';
import type { IrqNames } from './irq-names.js';

/** What one device's interrupts brought since the start, all CPUs together. */
export interface CoalescingInfo {
  /** Number in /proc/interrupts; absent for what no device's interrupt is known to have brought. */
  readonly irqNumber?: number;
  /** Device as in /proc/interrupts, or `elsewhere`. */
  readonly source: string;
  /** Interrupts; absent for `elsewhere`. */
  readonly interrupts?: number;
  /** Polls of its network queues: one interrupt may be followed by many under load. */
  readonly polls: number;
  readonly packets: number;
  /** Block requests that were completed. */
  readonly requests: number;
  /** Packets or requests per interrupt; absent without interrupts. */
  readonly eventsPerInterrupt?: number;
}

/** Sets what interrupts brought against their number, by device. */
export function coalescing(totals: InterruptTotals, names: IrqNames): CoalescingInfo[] {
  const sums = new Map<number | undefined, { polls: number; packets: number; requests: number }>();
  for (const { irq, polls, packets, requests } of totals.deviceWork ?? []) {
    const sum = sums.get(irq) ?? { polls: 0, packets: 0, requests: 0 };
    sum.polls += polls;
    sum.packets += packets;
    sum.requests += requests;
    sums.set(irq, sum);
  }
  return [...sums].map(([irq, sum]) => {
    if (irq === undefined) return { source: 'elsewhere', ...sum };
    const interrupts = totals.hardIrqs
      .filter(({ number }) => number === irq)
      .reduce((count, each) => count + each.count, 0);
    const events = sum.packets + sum.requests;
    return {
      irqNumber: irq,
      source: names.nameOf(irq),
      interrupts,
      ...sum,
      ...(interrupts > 0 && { eventsPerInterrupt: events / interrupts }),
    };
  });
}
