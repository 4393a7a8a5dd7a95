import type { InterruptTotals, SourceTotals } from '@hftmon/core';
import type { IrqNames } from './irq-names.js';
import { softirqName } from './softirq-name.js';
import type { InterruptSourceTotals, InterruptTotalsInfo } from './types.js';
import { NMI_NUMBER, TLB_SHOOTDOWN, vectorOf } from './vectors.js';

type Identity = Pick<InterruptSourceTotals, 'irqType' | 'irqNumber' | 'source'>;

/** Names the sources of the kernel side's totals. */
export function namedTotals(totals: InterruptTotals, names: IrqNames): InterruptTotalsInfo {
  const list = <Id extends Identity | Omit<Identity, 'irqNumber'>>(
    from: readonly SourceTotals[],
    identify: (number: number) => Id,
  ) => from.map(({ number, ...counts }) => ({ ...counts, ...identify(number) }));
  return {
    sources: [
      ...list(totals.hardIrqs, (irqNumber) => ({
        irqType: 'hardware',
        irqNumber,
        source: names.nameOf(irqNumber),
      })),
      ...list(totals.softirqs, (irqNumber) => ({
        irqType: 'softirq',
        irqNumber,
        source: softirqName(irqNumber),
      })),
      ...list(totals.vectors, vectorIdentity),
      ...list(totals.nmis, () => ({ irqType: 'nmi', irqNumber: NMI_NUMBER, source: 'nmi' })),
    ],
    ...(totals.tlbFlushes !== undefined && {
      tlbShootdowns: list(totals.tlbFlushes, () => ({ irqType: 'ipi', source: TLB_SHOOTDOWN })),
    }),
  };
}

function vectorIdentity(type: number): Identity {
  const vector = vectorOf(type);
  return { irqType: vector.type, irqNumber: vector.number, source: vector.source };
}
