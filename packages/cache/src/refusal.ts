import { createError, type ErrorCode, type ErrorFacts, type MonitorError } from '@hftmon/core';
import type { Refusal } from '@hftmon/perf-native';

/** An error as an answer; there the remedy stands apart, with which the message of an error ends. */
export function refusalOf({ code, message, remedy }: MonitorError): Refusal {
  return { ok: false, code, reason: message.slice(0, -`. Remedy: ${remedy}`.length), remedy };
}

/** The answer of an error code. */
export function refusal(code: ErrorCode, facts: ErrorFacts): Refusal {
  return refusalOf(createError(code, facts));
}
