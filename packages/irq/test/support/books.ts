import { readProcInterrupts, readSoftirqs, type CpuTable } from '@hftmon/testkit';
import type { InterruptSourceTotals } from '../../src/index.js';
import type { Monitor } from './monitor.js';

/** Counts by source and CPU: `LOC 0`, `38 1`, `NET_RX 0`. */
export type Counts = ReadonlyMap<string, number>;

/** What the books and the probes said of each source while its row in the books stood still. */
export interface Reading {
  readonly books: Counts;
  readonly probes: Counts;
}

/** Tries to find a row standing still around the look at the probes. */
const TRIES = 200;

/** The row of /proc/interrupts or /proc/softirqs that counts a source; none: it has no row. */
function rowOf({ irqType, irqNumber, source }: InterruptSourceTotals): string | undefined {
  if (irqType === 'hardware') return String(irqNumber);
  if (irqType === 'softirq') return source;
  return { local_timer: 'LOC', reschedule: 'RES', function_call: 'CAL', irq_work: 'IWI' }[source];
}

/** Counts of the probes; both vectors of function calls are one row in the books. */
function probeCounts(monitor: Monitor): Map<string, number> {
  const counts = new Map<string, number>();
  for (const source of monitor.collector.totals().sources) {
    const row = rowOf(source);
    if (row === undefined) continue;
    const key = `${row} ${source.cpu}`;
    counts.set(key, (counts.get(key) ?? 0) + source.count);
  }
  return counts;
}

function bookCounts(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const table of [readProcInterrupts(), readSoftirqs()] satisfies CpuTable[]) {
    for (const [label, row] of table.rows) {
      if (row.counts.length !== table.cpus.length) continue;
      row.counts.forEach((count, i) => counts.set(`${label} ${table.cpus[i]}`, count));
    }
  }
  return counts;
}

/**
 * Reads the books, the probes, and the books again, until every row that matters was seen
 * standing still: then what the probes said in between is of the same moment as the books.
 * @param rows - keys that matter; those that never stand still are left out
 */
export function readTogether(monitor: Monitor, rows: (key: string) => boolean): Reading {
  const books = new Map<string, number>();
  const probes = new Map<string, number>();
  let missing = Infinity;
  for (let i = 0; i < TRIES && missing > 0; i++) {
    const before = bookCounts();
    const between = probeCounts(monitor);
    const after = bookCounts();
    missing = 0;
    for (const [key, count] of after) {
      if (!rows(key) || books.has(key)) continue;
      if (before.get(key) !== count) missing++;
      else {
        books.set(key, count);
        probes.set(key, between.get(key) ?? 0);
      }
    }
  }
  return { books, probes };
}
