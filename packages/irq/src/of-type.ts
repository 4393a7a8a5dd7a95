import { RecordKind, createError, type RecordPredicate } from '@hftmon/core';
import { recordType } from './record-type.js';
import type { InterruptType } from './types.js';

const TYPES: readonly InterruptType[] = ['hardware', 'softirq', 'ipi', 'timer', 'nmi'];

/**
 * Tells the records of interrupts of a type, by default of any.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a type that is none
 */
export function ofType(type: InterruptType | undefined): RecordPredicate {
  if (type === undefined) return (kind) => kind >= RecordKind.HardIrq && kind <= RecordKind.Nmi;
  if (!TYPES.includes(type)) {
    const expected = `one of ${TYPES.join(', ')}`;
    throw createError('HFTMON_E_CONFIG_INVALID', { option: 'type', value: String(type), expected });
  }
  return (kind, u32, base) => recordType(kind, u32, base) === type;
}
