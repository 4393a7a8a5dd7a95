import { readF64, readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/** Who says that a span began and ended. */
export const SpanSource = {
  /** The application, with `hftmon_marker.h` or `@hftmon/marker`. */
  Marker: 1,
  /** The kernel, at the entry and the return of a function. */
  Uprobe: 2,
  /** The kernel, at two static probes. */
  Usdt: 3,
  /** The kernel, at two waits of an event loop for its next events. */
  EventLoop: 4,
} as const;

export type SpanSource = (typeof SpanSource)[keyof typeof SpanSource];

/** Bits of {@link spanFlags}. */
export const SpanFlag = {
  /** No span: something that happened at `timestampNs`. */
  Instant: 1,
  /** It ended while a span that had begun within it was open. */
  Overlapping: 2,
  /** It began before its marks were read. */
  BeganBefore: 4,
} as const;

/** CPU of a record that no CPU is known for. */
export const UNKNOWN_CPU = 0xffff;

/** Of {@link SpanSource}. */
export function spanSource(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! & 0xff;
}

/** Spans of the thread that were open around it. */
export function spanDepth(u32: Uint32Array, base: number): number {
  return (u32[base + PAYLOAD_WORD]! >>> 8) & 0xff;
}

/** Bits of SpanFlag. */
export function spanFlags(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD]! >>> 16;
}

/** Where its name is from: a number that the session gave to the area or probe; see `SpanOrigins`. */
export function spanOrigin(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 1]!;
}

/** Number of its name, in its origin. */
export function spanName(u32: Uint32Array, base: number): number {
  return u32[base + PAYLOAD_WORD + 2]!;
}

/** Id that the application gave, 0 for none; exact up to 2^53. */
export function spanId(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD + 3);
}

/** Value that the application gave. */
export function spanValue(u32: Uint32Array, base: number): number {
  return readF64(u32, base + PAYLOAD_WORD + 5);
}
