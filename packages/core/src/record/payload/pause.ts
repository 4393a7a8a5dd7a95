import { PAYLOAD_WORD } from '../record-descriptor.js';

/** What the runtime did: values of {@link pauseType}. */
export const PauseType = {
  Unknown: 0,
  /** Of the young generation, by copying what lives. */
  Scavenge: 1,
  /** Of the whole heap. */
  MarkCompact: 2,
  /** Of the young generation, by marking what lives. */
  MinorMarkSweep: 3,
  /** Marking for a collection of the whole heap to come, in small steps. */
  MarkingStep: 4,
} as const;

export type PauseType = (typeof PauseType)[keyof typeof PauseType];

/** Of {@link PauseType}. */
export function pauseType(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]!;
}

/** Why: V8's `GarbageCollectionReason`; 0 for a marking step. */
export function pauseReason(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}
