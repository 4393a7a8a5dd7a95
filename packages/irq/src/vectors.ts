import { VectorType } from '@hftmon/core';
import type { InterruptType } from './types.js';

/** A local APIC vector. */
export interface Vector {
  readonly type: InterruptType;
  readonly source: string;
  /** Number in the interrupt descriptor table, from the kernel's asm/irq_vectors.h. */
  readonly number: number;
}

/** APIC vectors by VectorType. They never changed number since Linux 4.15. */
const VECTORS: ReadonlyMap<number, Vector> = new Map([
  [VectorType.LocalTimer, { type: 'timer', source: 'local_timer', number: 0xec }],
  [VectorType.Reschedule, { type: 'ipi', source: 'reschedule', number: 0xfd }],
  [VectorType.CallFunction, { type: 'ipi', source: 'function_call', number: 0xfc }],
  [VectorType.CallFunctionSingle, { type: 'ipi', source: 'function_call', number: 0xfb }],
  [VectorType.IrqWork, { type: 'ipi', source: 'irq_work', number: 0xf6 }],
  [VectorType.Thermal, { type: 'hardware', source: 'thermal', number: 0xfa }],
  [VectorType.Platform, { type: 'hardware', source: 'platform', number: 0xf7 }],
  [VectorType.Error, { type: 'hardware', source: 'apic_error', number: 0xfe }],
  [VectorType.Spurious, { type: 'hardware', source: 'spurious', number: 0xff }],
] as const satisfies readonly (readonly [number, Vector])[]);

/** Source of a function-call IPI that flushed the TLB. */
export const TLB_SHOOTDOWN = 'tlb_shootdown';

/** Exception vector of the NMI. */
export const NMI_NUMBER = 2;

/** What a VectorType stands for; one that is not known is an IPI named by its number. */
export function vectorOf(type: number): Vector {
  return VECTORS.get(type) ?? { type: 'ipi', source: `vector_type_${type}`, number: type };
}
