import { RecordKind, kindAt, tidAt } from '@hftmon/core';
import { DISORDER_NS, type Place } from './places.js';
import { interruptSlice } from './interrupt-slice.js';
import type { Scene } from './scene.js';
import type { IntervalLog } from '../observe/interval-log.js';
import type { Slice } from './slice.js';
import { sortFew } from './sort-few.js';

/** A task's run on a CPU, cut to the time that is asked for. */
export interface Run {
  readonly tid: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly log: IntervalLog;
  readonly base: number;
}

/** A CPU's way out of an idle state, from when it was asked to leave it. */
export interface IdleExit {
  readonly startNs: number;
  readonly endNs: number;
  readonly log: IntervalLog;
  readonly base: number;
}

/** What happened on a CPU while a thread waited there. */
export interface CpuActivity {
  /** In the order of time. */
  readonly runs: readonly Run[];
  readonly interrupts: readonly Slice[];
  readonly idleExits: readonly IdleExit[];
  /** What happened before is not kept any more, ns. */
  readonly knownFromNs: number;
}

/** Looks a stretch of a wait up in the log of its CPU. */
export function activityAt({ cpu, startNs, endNs }: Place, scene: Scene): CpuActivity {
  const runs: Run[] = [];
  const interrupts: Slice[] = [];
  const idleExits: IdleExit[] = [];
  const log = scene.cpus.of(cpu);
  if (log === undefined) return { runs, interrupts, idleExits, knownFromNs: startNs };
  const knownFromNs = Math.min(endNs, Math.max(startNs, log.lostUntilNs));
  if (knownFromNs > startNs) scene.truncated = true;
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    const start = log.startOf(base);
    const end = log.endOf(base);
    if (end < startNs - DISORDER_NS) break;
    if (end <= startNs || start >= endNs) continue;
    const kind = kindAt(log.u32, base);
    if (kind === RecordKind.Idle) {
      idleExits.push({ startNs: start, endNs: end, log, base });
      continue;
    }
    if (kind !== RecordKind.Ran) {
      interrupts.push(interruptSlice(log, base, startNs, endNs));
      continue;
    }
    const tid = tidAt(log.u32, base);
    runs.push({
      tid,
      startNs: Math.max(startNs, start),
      endNs: Math.min(endNs, end),
      log,
      base,
    });
  }
  sortFew(runs, (a, b) => a.startNs - b.startNs);
  return { runs, interrupts, idleExits, knownFromNs };
}
