import { readFileSync } from 'node:fs';
import { parseCpuTable, type CpuTable } from './per-cpu-table.js';

/** Interrupts per source and CPU: device lines by number, the local ones by name (LOC, TLB, …). */
export function readProcInterrupts(procRoot = '/proc'): CpuTable {
  return parseCpuTable(readFileSync(`${procRoot}/interrupts`, 'utf8'));
}

/** Softirqs per vector (TIMER, NET_RX, …) and CPU. */
export function readSoftirqs(procRoot = '/proc'): CpuTable {
  return parseCpuTable(readFileSync(`${procRoot}/softirqs`, 'utf8'));
}
