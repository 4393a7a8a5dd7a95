import { SOURCE, SOURCE_COUNTS, SOURCES } from '../layout.js';
import { readU64At } from './shared-memory.js';

/** Exact totals of one interrupt source on one CPU since the session started. */
export interface SourceTotals {
  readonly cpu: number;
  /** Interrupt number, softirq vector or APIC vector type. */
  readonly number: number;
  readonly count: number;
  /** Net: without what interrupted it. */
  readonly ns: number;
  /** Longest run, gross. */
  readonly maxNs: number;
  /** Those that interrupted a target thread, and their net time. */
  readonly targetCount: number;
  readonly targetNs: number;
}

/** Totals of all sources that fired. */
export interface InterruptTotals {
  readonly hardIrqs: readonly SourceTotals[];
  readonly softirqs: readonly SourceTotals[];
  readonly vectors: readonly SourceTotals[];
  /** Function-call IPIs that flushed the TLB; they are among the vectors as well. */
  readonly tlbFlushes: readonly SourceTotals[];
  readonly nmis: readonly SourceTotals[];
}

/** Reads `struct hftmon_sources[cpus]`. */
export function readInterruptTotals(view: Uint32Array, cpus: number): InterruptTotals {
  const list = (offset: number, count: number): SourceTotals[] => {
    const found: SourceTotals[] = [];
    for (let cpu = 0; cpu < cpus; cpu++) {
      for (let number = 0; number < count; number++) {
        const at = cpu * SOURCES.bytes + offset + number * SOURCE.bytes;
        const totals = readSource(view, at, cpu, number);
        if (totals.count > 0) found.push(totals);
      }
    }
    return found;
  };
  return {
    hardIrqs: list(SOURCES.irq, SOURCE_COUNTS.irq),
    softirqs: list(SOURCES.softirq, SOURCE_COUNTS.softirq),
    vectors: list(SOURCES.vector, SOURCE_COUNTS.vector),
    tlbFlushes: list(SOURCES.tlbFlush, 1),
    nmis: list(SOURCES.nmi, 1),
  };
}

function readSource(view: Uint32Array, at: number, cpu: number, number: number): SourceTotals {
  return {
    cpu,
    number,
    count: readU64At(view, at + SOURCE.count),
    ns: readU64At(view, at + SOURCE.ns),
    maxNs: readU64At(view, at + SOURCE.maxNs),
    targetCount: readU64At(view, at + SOURCE.targetCount),
    targetNs: readU64At(view, at + SOURCE.targetNs),
  };
}
