import { KERNEL_KINDS } from '@hftmon/core';
import { COUNTS, CPU, MEMORY } from '../../src/layout.js';
import type { NativeSession } from '../../src/native/native-session.js';

/** The loss account of one kind on one CPU, as the probes keep it. */
export interface RawCounts {
  readonly cpu: number;
  readonly kind: number;
  readonly seen: number;
  readonly emitted: number;
  readonly filtered: number;
  readonly dropped: number;
}

/** All accounts, of kinds that were seen. */
export function rawCounts(native: NativeSession): RawCounts[] {
  const memory = new BigUint64Array(native.memory(MEMORY.cpus));
  const accounts: RawCounts[] = [];
  for (let cpu = 0; (cpu + 1) * CPU.bytes <= memory.byteLength; cpu++) {
    for (let kind = 0; kind < KERNEL_KINDS; kind++) {
      const at = (cpu * CPU.bytes + CPU.counts + kind * COUNTS.bytes) / 8;
      const [seen, emitted, filtered, dropped] = [...memory.subarray(at, at + 4)].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      if (seen + emitted + filtered + dropped > 0) {
        accounts.push({ cpu, kind, seen, emitted, filtered, dropped });
      }
    }
  }
  return accounts;
}
