import { optionalText } from '../files/read-text.js';
import { listEntries } from '../files/list-entries.js';

/** How fast initiators reach the memory of a node, as the firmware (HMAT) says. */
export interface NodePerformance {
  /** 0: of the nearest initiators of any kind; 1: of the nearest CPUs. */
  readonly accessClass: number;
  /** Nodes whose CPUs the figures are of. */
  readonly initiators: readonly number[];
  readonly readLatencyNs?: number;
  readonly writeLatencyNs?: number;
  readonly readBandwidthMbPerSec?: number;
  readonly writeBandwidthMbPerSec?: number;
}

const FILES = {
  readLatencyNs: 'read_latency',
  writeLatencyNs: 'write_latency',
  readBandwidthMbPerSec: 'read_bandwidth',
  writeBandwidthMbPerSec: 'write_bandwidth',
} as const;

/**
 * Reads nodeN/accessM/initiators (Documentation/admin-guide/mm/numaperf.rst). The kernel publishes
 * figures of the nearest initiators alone, so those of a remote access are not among them, but
 * for memory that has no CPU beside it. A figure of 0 is one that the firmware did not give.
 */
export function readNodePerformance(nodeFolder: string): NodePerformance[] {
  return listEntries(nodeFolder)
    .map((name) => /^access(\d+)$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
    .map((accessClass) => readClass(`${nodeFolder}/access${accessClass}/initiators`, accessClass));
}

function readClass(folder: string, accessClass: number): NodePerformance {
  const figures = Object.entries(FILES)
    .map(([field, file]) => [field, Number(optionalText(`${folder}/${file}`) ?? 0)] as const)
    .filter(([, value]) => value > 0);
  const initiators = listEntries(folder)
    .map((name) => /^node(\d+)$/.exec(name)?.[1])
    .filter((id) => id !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  return { accessClass, initiators, ...Object.fromEntries(figures) };
}
