import { createError, reasonOf } from '../errors/create-error.js';
import type { ErrorCode } from '../errors/error-table.js';
import type { ErrorFacts, MonitorError } from '../errors/monitor-error.js';
import type { Support } from './support.js';

/** Why something can't be had, as an answer: what a probe says instead of throwing. */
export type Refusal = Extract<Support, { readonly ok: false }>;

/** An error as an answer; there the remedy stands apart, with which the message of an error ends. */
export function refusalOf(error: MonitorError): Refusal {
  return { ok: false, code: error.code, reason: reasonOf(error), remedy: error.remedy };
}

/** The answer of an error code. */
export function refusal(code: ErrorCode, facts: ErrorFacts = {}): Refusal {
  return refusalOf(createError(code, facts));
}
