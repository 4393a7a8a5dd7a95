import {
  InterruptFlag,
  RecordKind,
  cpuAt,
  durationAt,
  hardIrqFlags,
  kindAt,
  taskRef,
  tidAt,
  timestampAt,
  type CollectorContext,
} from '@hftmon/core';
import type { IrqNames } from './irq-names.js';
import { hardIrqDetails, nmiDetails, softirqDetails, vectorDetails } from './kind-details.js';
import type { InterruptInfo } from './types.js';

/** What a record is read with. */
export type DecodeContext = Pick<CollectorContext, 'clock' | 'source'> & {
  readonly names: IrqNames;
};

/** Builds the answer for one record of an interrupt. */
export function interruptInfo(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  context: DecodeContext,
): InterruptInfo {
  const timestampNs = timestampAt(f64, base);
  const durationNs = durationAt(f64, base);
  const endNs = timestampNs + durationNs;
  const interrupted = taskRef(context.source.tasks, tidAt(u32, base), endNs);
  // All four kinds keep their flags in the same word.
  const flags = hardIrqFlags(u32, base);
  return {
    timestamp: context.clock.toDate(timestampNs),
    timestampNs,
    cpu: cpuAt(u32, base),
    durationUs: durationNs / 1e3,
    interruptedTid: interrupted.tid,
    interruptedComm: interrupted.comm,
    interruptedTarget: (flags & InterruptFlag.InterruptedTarget) !== 0,
    targetWaiting: (flags & InterruptFlag.TargetWaiting) !== 0,
    ...details(u32, base, endNs, context),
  };
}

function details(u32: Uint32Array, base: number, endNs: number, context: DecodeContext) {
  switch (kindAt(u32, base)) {
    case RecordKind.HardIrq:
      return hardIrqDetails(u32, base, context);
    case RecordKind.Softirq:
      return softirqDetails(u32, base, endNs, context);
    case RecordKind.Vector:
      return vectorDetails(u32, base, endNs, context);
    default:
      return nmiDetails(u32, base, context);
  }
}
