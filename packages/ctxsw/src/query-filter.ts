import { createError } from '@hftmon/core';
import type { ContextSwitchQuery } from './types.js';

/** A query in the units of the records. */
export interface QueryFilter {
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  readonly minDurationNs: number;
  /** Earliest end, ns since the epoch. */
  readonly fromNs: number;
  readonly limit: number;
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function queryFilter(query: ContextSwitchQuery, nowNs: number): QueryFilter {
  for (const option of ['pid', 'tid', 'minDurationUs', 'timeWindowUs', 'limit'] as const) {
    const value = query[option];
    if (value === undefined || value >= 0) continue;
    throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected: 'a number from 0' });
  }
  const { pid, tid, minDurationUs = 0, timeWindowUs = Infinity, limit = Infinity } = query;
  return {
    pid,
    tid,
    minDurationNs: minDurationUs * 1e3,
    fromNs: nowNs - timeWindowUs * 1e3,
    limit,
  };
}
