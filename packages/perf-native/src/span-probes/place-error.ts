import { createError, type MonitorError } from '@hftmon/core';

/** What a probe is about, in an error. */
export interface ProbeSubject {
  /** Name of the span. */
  readonly span: string;
  /** `function f of /opt/strategy`. */
  readonly place: string;
}

/** The place does not exist. */
export function notFound(subject: ProbeSubject, reason: string, remedy: string): MonitorError {
  return createError('HFTMON_E_SPAN_PROBE_PLACE', { ...subject, reason, remedy });
}

/** It exists, but shall or can have no probe. */
export function refused(span: string, reason: string, remedy: string): MonitorError {
  return createError('HFTMON_E_SPAN_PROBE_REFUSED', { span, reason, remedy });
}
