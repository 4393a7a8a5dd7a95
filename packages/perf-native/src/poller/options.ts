import { createError } from '@hftmon/core';
import { POLLER_MOST_NS } from './layout.js';

/** Bounds of a native thread that keeps a CPU busy. */
export interface PollerOptions {
  /** The one CPU that it runs on. */
  readonly cpu: number;
  /** How long; at most an hour. There is no default: a thread without an end is refused. */
  readonly durationMs: number;
  /**
   * SCHED_FIFO priority, 1 to 99; default 0: none. It then works 45 ms and rests 5 ms by turns, so
   * that whatever only this CPU can do is never kept waiting for longer.
   */
  readonly realtimePriority?: number;
  /**
   * Take the CPU although others need it: threads of the targets that are pinned to it, or the
   * rest of the machine; and use a real-time priority on a CPU that is not isolated. Default false.
   */
  readonly force?: boolean;
  /** Processes whose pinned threads are not to be disturbed. */
  readonly pids?: Iterable<number>;
}

/** Work and rest of a real-time poller, ns. */
export const WORK_NS = 45e6;
export const REST_NS = 5e6;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_PRIORITY_RANGE` */
export function checkPoller({ cpu, durationMs, realtimePriority = 0 }: PollerOptions): void {
  if (!Number.isInteger(cpu) || cpu < 0) throw invalid('cpu', cpu, 'the number of a CPU');
  const most = POLLER_MOST_NS / 1e6;
  checkRange('durationMs', durationMs, 0.001, most);
  const priority = realtimePriority;
  if (Number.isInteger(priority) && priority >= 0 && priority <= 99) return;
  throw createError('HFTMON_E_PRIORITY_RANGE', { value: priority });
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkRange(option: string, value: number, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw invalid(option, value, `a number from ${least} to ${most}`);
}

function invalid(option: string, value: unknown, expected: string): Error {
  return createError('HFTMON_E_CONFIG_INVALID', { option, value: String(value), expected });
}
