import { RecordKind, VectorType, kindAt, vectorType } from '@hftmon/core';
import type { IntervalLog } from '../observe/interval-log.js';
import type { ObservedCause } from '../types/details.js';
import { NOBODY, Rank, type Slice } from './slice.js';

/** Slice of an interrupt, cut to the time from `startNs` to `endNs`. */
export function interruptSlice(
  log: IntervalLog,
  base: number,
  startNs: number,
  endNs: number,
): Slice {
  return {
    startNs: Math.max(startNs, log.startOf(base)),
    endNs: Math.min(endNs, log.endOf(base)),
    rank: rankOf(log, base),
    cause: causeOf(log, base),
    tid: NOBODY,
    log,
    base,
    netNs: 0,
  };
}

function rankOf(log: IntervalLog, base: number): number {
  const kind = kindAt(log.u32, base);
  if (kind === RecordKind.Nmi) return Rank.Nmi;
  return kind === RecordKind.Softirq ? Rank.Softirq : Rank.Interrupt;
}

function causeOf(log: IntervalLog, base: number): ObservedCause {
  const kind = kindAt(log.u32, base);
  if (kind === RecordKind.Nmi) return 'nmi';
  if (kind === RecordKind.Softirq) return 'softirq';
  if (kind === RecordKind.HardIrq) return 'hard_irq';
  const vector = vectorType(log.u32, base);
  if (vector === VectorType.LocalTimer) return 'timer_tick';
  // Thermal, error and other vectors of the CPU itself are no message of another one.
  return vector >= VectorType.Reschedule && vector <= VectorType.IrqWork ? 'ipi' : 'hard_irq';
}
