import { refusal, type ErrorCode, type ErrorFacts, type Refusal } from '@hftmon/core';

/** What went wrong in a call of the native library: an error, not yet thrown or reported. */
export interface CallFailure {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  1: 'HFTMON_E_NOT_PERMITTED', // EPERM
  2: 'HFTMON_E_UNSUPPORTED', // ENOENT
  3: 'HFTMON_E_THREAD_NOT_FOUND', // ESRCH
  12: 'HFTMON_E_LOCKED_MEMORY', // ENOMEM
  13: 'HFTMON_E_NOT_PERMITTED', // EACCES
  19: 'HFTMON_E_UNSUPPORTED', // ENODEV
  23: 'HFTMON_E_FILES_EXHAUSTED', // ENFILE
  24: 'HFTMON_E_FILES_EXHAUSTED', // EMFILE
  28: 'HFTMON_E_DEBUG_REGISTERS', // ENOSPC
  95: 'HFTMON_E_UNSUPPORTED', // EOPNOTSUPP
};

/**
 * What an error number of the perf calls means.
 * @param result - what the call returned: a negative errno
 * @param operation - what was tried, as part of a sentence
 * @param detail - message of the library
 */
export function callFailure(
  result: number,
  operation: string,
  detail: string,
  tid: number,
): CallFailure {
  return {
    code: CODES[-result] ?? 'HFTMON_E_NATIVE_CALL',
    facts: {
      operation,
      detail,
      tid,
      errno: -result,
      feature: operation,
      reason: detail,
      remedy: 'run it on a host whose kernel and CPU offer it; `hftmon doctor` tells',
    },
  };
}

/** The failure as an answer, for what may fail while the rest goes on. */
export function toRefusal({ code, facts }: CallFailure): Refusal {
  return refusal(code, facts);
}
