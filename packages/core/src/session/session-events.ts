import type { Refusal } from '../collector/refusal.js';
import type { Target } from '../collector/target.js';
import type { MonitorError } from '../errors/monitor-error.js';

/** The stream was faster than its delivery. */
export interface LostEvent {
  /** Records lost since the last such event. */
  readonly records: number;
  /** Records lost since the session started. */
  readonly total: number;
  /** When it was noticed, ns since the epoch. */
  readonly timestampNs: number;
}

/** A target process ended. */
export interface ProcessExitEvent {
  readonly target: Target;
  /** When it was noticed, ns since the epoch. */
  readonly timestampNs: number;
}

/** Something failed; the session goes on without it. */
export interface SessionErrorEvent {
  readonly error: MonitorError;
  /** The collector that failed, if it was one. */
  readonly collector?: string;
}

/** The host cannot serve a collector. */
export interface UnsupportedEvent {
  readonly collector: string;
  readonly support: Refusal;
}

/** Events of a session. */
export interface SessionEvents {
  lost: LostEvent;
  processExit: ProcessExitEvent;
  error: SessionErrorEvent;
  unsupported: UnsupportedEvent;
}
