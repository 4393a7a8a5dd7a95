import { createError } from '../errors/create-error.js';

/** What queries over records have in common; absent fields do not filter. */
export interface RecordFilterQuery {
  readonly pid?: number;
  readonly tid?: number;
  readonly cpu?: number;
  /** Shortest duration, us. */
  readonly minDurationUs?: number;
  /** Only what ended within this time before now, us. */
  readonly timeWindowUs?: number;
  /** The newest ones, at most so many. */
  readonly limit?: number;
}

/** The same in the units of the records. */
export interface RecordFilter {
  /** Process that the record's thread belonged to. */
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  readonly cpu: number | undefined;
  readonly minDurationNs: number;
  /** Earliest end, ns since the session epoch. */
  readonly fromNs: number;
  readonly limit: number;
}

const OPTIONS = ['pid', 'tid', 'cpu', 'minDurationUs', 'timeWindowUs', 'limit'] as const;

/**
 * Turns a query into a filter.
 * @param nowNs - end of its time window, ns since the session epoch
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for what is no number from 0
 */
export function recordFilter(query: RecordFilterQuery, nowNs: number): RecordFilter {
  for (const option of OPTIONS) {
    const value = query[option];
    if (value === undefined || value >= 0) continue;
    throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected: 'a number from 0' });
  }
  const { pid, tid, cpu, minDurationUs = 0, timeWindowUs = Infinity, limit = Infinity } = query;
  return {
    pid,
    tid,
    cpu,
    minDurationNs: minDurationUs * 1e3,
    fromNs: nowNs - timeWindowUs * 1e3,
    limit,
  };
}
