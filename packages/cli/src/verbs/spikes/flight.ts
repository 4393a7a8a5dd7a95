import type { HFTResourceMonitor } from '@hftmon/monitor';
import { usageError } from '../../errors/usage-error.js';

/** Options of the flight recorder. */
export interface FlightChoice {
  /** Directory of the recordings; absent: no recorder. */
  readonly flight?: string;
  /** ns. */
  readonly flightBefore?: number;
  readonly flightAfter?: number;
}

/** @throws ConfigurationError when the recorder's times are given without a directory */
export function requireFlightDirectory({ flight, flightBefore, flightAfter }: FlightChoice): void {
  if (flight !== undefined || (flightBefore ?? flightAfter) === undefined) return;
  throw usageError(
    '--flight-before and --flight-after are times of a recording, but none is made',
    'add --flight DIR',
  );
}

/** Records spikes, if that is asked for; each file is told on stderr. */
export function enableFlight(monitor: HFTResourceMonitor, choice: FlightChoice): void {
  const { flight: directory, flightBefore, flightAfter } = choice;
  if (directory === undefined) return;
  monitor.on('flight', ({ file }) => process.stderr.write(`hftmon: recorded ${file}\n`));
  monitor.enableFlightRecorder({
    directory,
    ...(flightBefore === undefined ? {} : { beforeMs: flightBefore / 1e6 }),
    ...(flightAfter === undefined ? {} : { afterMs: flightAfter / 1e6 }),
  });
}
