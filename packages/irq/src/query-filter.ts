import { createError } from '@hftmon/core';
import type { InterruptQuery, InterruptType } from './types.js';

/** A query in the units of the records. */
export interface QueryFilter {
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  readonly cpu: number | undefined;
  readonly type: InterruptType | undefined;
  readonly minDurationNs: number;
  /** Earliest end, ns since the epoch. */
  readonly fromNs: number;
  readonly limit: number;
}

const TYPES: readonly InterruptType[] = ['hardware', 'softirq', 'ipi', 'timer', 'nmi'];

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function queryFilter(query: InterruptQuery, nowNs: number): QueryFilter {
  for (const option of ['pid', 'tid', 'cpu', 'minDurationUs', 'timeWindowUs', 'limit'] as const) {
    const value = query[option];
    if (value === undefined || value >= 0) continue;
    throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected: 'a number from 0' });
  }
  const { pid, tid, cpu, type, minDurationUs = 0 } = query;
  if (type !== undefined && !TYPES.includes(type)) {
    const expected = `one of ${TYPES.join(', ')}`;
    throw createError('HFTMON_E_CONFIG_INVALID', { option: 'type', value: String(type), expected });
  }
  const { timeWindowUs = Infinity, limit = Infinity } = query;
  const fromNs = nowNs - timeWindowUs * 1e3;
  return { pid, tid, cpu, type, minDurationNs: minDurationUs * 1e3, fromNs, limit };
}
