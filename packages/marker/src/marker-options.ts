import { createError } from '@hftmon/core';

/** Size of the memory that this process writes its marks to. */
export interface MarkerOptions {
  /** Threads (workers) that may mark at the same time, 1 to 4096. Default 256. */
  readonly threads?: number;
  /** Marks that a thread's ring holds, a power of two from 64 to 1048576. Default 65536: 2 MiB. */
  readonly marks?: number;
}

const MOST_THREADS = 4096;
const LEAST_MARKS = 64;
const MOST_MARKS = 2 ** 20;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function validateOptions({ threads, marks }: MarkerOptions): void {
  if (
    threads !== undefined &&
    !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)
  ) {
    throw invalid('threads', threads, `a whole number from 1 to ${MOST_THREADS}`);
  }
  if (marks === undefined) return;
  const isPower = Number.isInteger(Math.log2(marks));
  if (!isPower || marks < LEAST_MARKS || marks > MOST_MARKS) {
    throw invalid('marks', marks, `a power of two from ${LEAST_MARKS} to ${MOST_MARKS}`);
  }
}

const MOST_NAME_BYTES = 63;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function validateName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes >= 1 && bytes <= MOST_NAME_BYTES && !name.includes('\0')) return;
  throw invalid('name', JSON.stringify(name), `text of 1 to ${MOST_NAME_BYTES} bytes`);
}

function invalid(option: string, value: unknown, expected: string): Error {
  return createError('HFTMON_E_CONFIG_INVALID', { option, value: String(value), expected });
}
