import type { LostEvent, SessionErrorEvent, UnsupportedEvent } from '@hftmon/core';
import type { LatencySpike, SlowSpan, SpikeCorrection, SpikeVerdict } from '@hftmon/latency';
import type { FlightEvent } from './flight/flight-types.js';

/** A watched process ended; it is detached. */
export interface ProcessExit {
  readonly pid: number;
  /** Name of its main thread when it was attached. */
  readonly comm: string;
  /** When that was noticed, ns since the session's epoch. */
  readonly timestampNs: number;
  readonly timestamp: Date;
}

/** Events of a monitor. */
export interface MonitorEvents {
  /** A spike ended; told before its receipt is written. With `busy` delivery: at once. */
  verdict: SpikeVerdict;
  /** A spike of at least its thread's threshold ended. */
  spike: LatencySpike;
  /** Spikes and spans that were told turned out to be incomplete: records of that time had been lost. */
  correction: SpikeCorrection;
  /** A span that a watched process marked took longer than its `spanBudgetUs`. */
  span: SlowSpan;
  /** The flight recorder wrote a recording. */
  flight: FlightEvent;
  processExit: ProcessExit;
  /** Records were overwritten before JavaScript got to them; totals stay exact. */
  lost: LostEvent;
  /** Something failed; the rest goes on. */
  error: SessionErrorEvent;
  /** This host cannot serve a collector. */
  unsupported: UnsupportedEvent;
}
