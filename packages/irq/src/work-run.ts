import {
  InterruptFlag,
  RecordKind,
  WorkFlag,
  cpuAt,
  durationAt,
  taskRef,
  tidAt,
  timestampAt,
  workDelayNs,
  workFlags,
  workFunction,
  type RecordPredicate,
  type TaskRef,
} from '@hftmon/core';
import type { DecodeContext } from './interrupt-info.js';

/** One work item that a kernel worker thread did while a target thread waited for its CPU. */
export interface WorkRun {
  readonly timestamp: Date;
  /** Begin, ns since the session epoch. */
  readonly timestampNs: number;
  readonly cpu: number;
  /** From its begin to its end, with what interrupted it and its own sleep, us. */
  readonly durationUs: number;
  readonly worker: TaskRef;
  /** Kernel function that did it; absent when kernel symbols are hidden. */
  readonly function?: string;
  /** From queued to begin, us; absent when it was not seen being queued. */
  readonly delayUs?: number;
}

export const isWork: RecordPredicate = (kind, u32, base) =>
  kind === RecordKind.Work && (workFlags(u32, base) & InterruptFlag.TargetWaiting) !== 0;

/** Builds the answer for one Work record. */
export function workRun(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  { clock, source }: DecodeContext,
): WorkRun {
  const timestampNs = timestampAt(f64, base);
  const durationNs = durationAt(f64, base);
  const { symbol } = source.stacks.kernelAddress(workFunction(u32, base));
  const queueSeen = (workFlags(u32, base) & WorkFlag.QueueSeen) !== 0;
  return {
    timestamp: clock.toDate(timestampNs),
    timestampNs,
    cpu: cpuAt(u32, base),
    durationUs: durationNs / 1e3,
    worker: taskRef(source.tasks, tidAt(u32, base), timestampNs + durationNs),
    ...(symbol === undefined ? {} : { function: symbol }),
    ...(queueSeen ? { delayUs: workDelayNs(u32, base) / 1e3 } : {}),
  };
}
