import { createError } from '@hftmon/core';

/** How the flight recorder works. */
export interface FlightOptions {
  /** Where recordings go; made if there is none. */
  readonly directory: string;
  /** Part of the stream kept before what set it off, ms. Default 100. */
  readonly beforeMs?: number;
  /** And after it, ms. Default 20. */
  readonly afterMs?: number;
  /** Shortest spike that sets it off, us; default: every spike of the monitor. */
  readonly thresholdUs?: number;
  /** Signal to this process that sets it off; `false` for none. Default SIGUSR2. */
  readonly signal?: NodeJS.Signals | false;
  /** Most recordings in any 60 s; what is withheld is counted. Default 6. */
  readonly maxFilesPerMinute?: number;
  /** Recordings that the directory may hold; the oldest go. Default 100. */
  readonly maxFiles?: number;
  /** Bytes of all of them together, and of one alone. Default 1 GiB. */
  readonly maxBytes?: number;
  /**
   * Records that the history ring holds, 64 bytes each; rounded up to a power of two. It bounds
   * how far back a recording reaches. Applies from the next start; default: as without recorder.
   */
  readonly historyRecords?: number;
}

/** The same with defaults. */
export interface ResolvedFlightOptions {
  readonly directory: string;
  readonly beforeNs: number;
  readonly afterNs: number;
  readonly thresholdNs: number;
  readonly signal: NodeJS.Signals | false;
  readonly maxFilesPerMinute: number;
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly historyRecords: number | undefined;
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function resolveFlightOptions(options: FlightOptions): ResolvedFlightOptions {
  const { directory, beforeMs = 100, afterMs = 20, thresholdUs = 0, signal = 'SIGUSR2' } = options;
  const { maxFilesPerMinute = 6, maxFiles = 100, maxBytes = 2 ** 30, historyRecords } = options;
  if (typeof directory !== 'string' || directory === '') {
    throw invalid('directory', directory, 'the path of a directory');
  }
  check('beforeMs', beforeMs, 0, 3.6e6);
  check('afterMs', afterMs, 0, 60_000);
  check('thresholdUs', thresholdUs, 0, 3.6e9);
  check('maxFilesPerMinute', maxFilesPerMinute, 1, 10_000);
  check('maxFiles', maxFiles, 1, 1e6);
  check('maxBytes', maxBytes, 4096, 2 ** 40);
  if (historyRecords !== undefined) check('historyRecords', historyRecords, 2, 2 ** 26);
  return {
    directory,
    beforeNs: beforeMs * 1e6,
    afterNs: afterMs * 1e6,
    thresholdNs: thresholdUs * 1e3,
    signal,
    maxFilesPerMinute: Math.floor(maxFilesPerMinute),
    maxFiles: Math.floor(maxFiles),
    maxBytes,
    historyRecords,
  };
}

function check(option: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw invalid(option, value, `a number from ${low} to ${high}`);
}

function invalid(option: string, value: unknown, expected: string): Error {
  return createError('HFTMON_E_CONFIG_INVALID', { option, value: String(value), expected });
}
