import { encodeEvent, type EventWords, type PmuDevice } from '@hftmon/perf-native';

/** One event of one PMU that counts traffic of memory. */
export interface MemoryEvent extends EventWords {
  readonly pmu: string;
  readonly name: string;
  readonly type: number;
  /** CPUs to count on, one per package. */
  readonly cpus: readonly number[];
  /** Bytes that one count stands for. */
  readonly bytesPerCount: number;
}

/** Events that together count all traffic of the memory controllers. */
export interface MemoryEvents {
  /** For people: `uncore_imc_*: cas_count_read, cas_count_write`. */
  readonly source: string;
  /** What is counted at one time. More than one turn where a PMU has too few counters for all. */
  readonly turns: readonly (readonly MemoryEvent[])[];
  /** In what way the sum is not quite the traffic. */
  readonly degraded?: string;
}

/** Bytes of a cache line, and of one transfer of memory. */
export const LINE_BYTES = 64;

/** An event as terms of its PMU. */
export interface EventTerms {
  readonly name: string;
  /** `event=0x07,umask=0x38`. */
  readonly terms: string;
  readonly bytesPerCount: number;
}

/** Encodes by the format in sysfs; `undefined` where that has no place for a term. */
export function encodeMemoryEvent(
  pmu: PmuDevice,
  { name, terms, bytesPerCount }: EventTerms,
): MemoryEvent | undefined {
  const words = encodeEvent(terms, pmu.format);
  if (words === undefined || pmu.cpumask.length === 0) return undefined;
  return { pmu: pmu.name, name, type: pmu.type, cpus: pmu.cpumask, bytesPerCount, ...words };
}
