import { parseCpuHeader, splitRow } from './interrupts.js';
import { readText } from './read.js';

/** Names by vector number, as in the kernel's `softirq_to_name`. */
export const SOFTIRQ_NAMES = [
  'HI',
  'TIMER',
  'NET_TX',
  'NET_RX',
  'BLOCK',
  'IRQ_POLL',
  'TASKLET',
  'SCHED',
  'HRTIMER',
  'RCU',
] as const;

/** /proc/softirqs. Counts are since boot and wrap at 2^32. */
export interface SoftirqTable {
  /** The possible CPUs, in the order of the columns. */
  readonly cpus: readonly number[];
  /** Runs per CPU, in the order of `cpus`, by name of the softirq. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
}

/** Parses the text of /proc/softirqs. */
export function parseSoftirqs(text: string): SoftirqTable {
  const lines = text.split('\n');
  const cpus = parseCpuHeader(lines[0] ?? '');
  const counts = new Map<string, readonly number[]>();
  for (const line of lines.slice(1)) {
    const row = splitRow(line, cpus.length);
    if (row !== undefined) counts.set(row.label, row.counts);
  }
  return { cpus, counts };
}

/** Reads `/proc/softirqs`; an empty table when the file is not there. */
export function readSoftirqs(procRoot = '/proc'): SoftirqTable {
  return parseSoftirqs(readText(`${procRoot}/softirqs`) ?? '');
}
