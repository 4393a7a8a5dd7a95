import { RecordKind, vectorType } from '@hftmon/core';
import type { InterruptType } from './types.js';
import { vectorOf } from './vectors.js';

/** Type of the interrupt in a record; `undefined` when it holds none. */
export function recordType(
  kind: number,
  u32: Uint32Array,
  base: number,
): InterruptType | undefined {
  switch (kind) {
    case RecordKind.HardIrq:
      return 'hardware';
    case RecordKind.Softirq:
      return 'softirq';
    case RecordKind.Vector:
      return vectorOf(vectorType(u32, base)).type;
    case RecordKind.Nmi:
      return 'nmi';
    default:
      return undefined;
  }
}
