import type { InterruptTotals, SourceTotals } from '@hftmon/core';
import { GROUP, SOURCE, SOURCE_COUNTS, SOURCES } from '../layout.js';
import {
  readDeferrals,
  readDeviceWork,
  readTicks,
  readTlbSends,
  readWork,
} from './disturbance-totals.js';
import { readU64At } from './shared-memory.js';

/**
 * Reads `struct hftmon_sources[cpus]`.
 * @param groups - probe groups that are attached: totals of others are absent
 */
export function readInterruptTotals(
  view: Uint32Array,
  cpus: number,
  tlbFlushKnown: boolean,
  groups: number,
): InterruptTotals {
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
    ...(tlbFlushKnown && { tlbFlushes: list(SOURCES.tlbFlush, 1) }),
    nmis: list(SOURCES.nmi, 1),
    ...(groups & GROUP.softirq && { deferrals: readDeferrals(view, cpus) }),
    ...(groups & GROUP.deferred && { work: readWork(view, cpus) }),
    ...(groups & GROUP.device && { deviceWork: readDeviceWork(view, cpus) }),
    ...(groups & GROUP.tick && { ticks: readTicks(view, cpus) }),
    ...(groups & GROUP.tlb && { tlbSends: readTlbSends(view, cpus) }),
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
