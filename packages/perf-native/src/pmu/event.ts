import type { PmuMetric } from './metric.js';

/** PERF_TYPE_HARDWARE of linux/perf_event.h: events that every CPU has under one number. */
export const PERF_TYPE_HARDWARE = 0;
/** PERF_TYPE_HW_CACHE: what the kernel's driver thinks comes closest. */
export const PERF_TYPE_HW_CACHE = 3;
/** PERF_TYPE_RAW: the vendor's own encoding. */
export const PERF_TYPE_RAW = 4;

/** One row of an encoding table: how a CPU counts a metric. */
export interface PmuEvent {
  readonly metric: PmuMetric;
  /** The vendor's name of the event. */
  readonly event: string;
  /** One of PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE and PERF_TYPE_RAW. */
  readonly type: number;
  /** `perf_event_attr.config`; below 2^53 on every CPU of the tables. */
  readonly config: number;
  /** `perf_event_attr.config1`: the OFFCORE_RSP mask of Intel; 0 where unused. */
  readonly config1: number;
  /** What exactly is counted, one sentence without full stop. */
  readonly counts: string;
  /** In what way it is not quite the metric. */
  readonly degraded?: string;
  /** Arm: its name in the `events` folder of the PMU, which lists what the core implements. */
  readonly sysfsName?: string;
}

/** How one kind of core counts. */
export interface PmuTable {
  /** Stable short name: `skx`, `zen4`, `neoverse-n1`, … */
  readonly id: string;
  /** The name people know it by. */
  readonly name: string;
  /** Document that the encodings are from. */
  readonly source: string;
  readonly events: readonly PmuEvent[];
}

interface RawOptions {
  readonly config1?: number;
  readonly degraded?: string;
  readonly sysfsName?: string;
}

/** A row with a raw encoding. */
export function raw(
  metric: PmuMetric,
  event: string,
  config: number,
  counts: string,
  options: RawOptions = {},
): PmuEvent {
  const { config1 = 0, ...rest } = options;
  return { metric, event, type: PERF_TYPE_RAW, config, config1, counts, ...rest };
}

/** Cycles and instructions: the kernel has a number for them that means the same everywhere. */
export const COMMON_EVENTS: readonly PmuEvent[] = [
  {
    metric: 'cycles',
    event: 'cpu-cycles',
    type: PERF_TYPE_HARDWARE,
    config: 0,
    config1: 0,
    counts: 'Core clock cycles in which the thread was not halted',
    sysfsName: 'cpu_cycles',
  },
  {
    metric: 'instructions',
    event: 'instructions',
    type: PERF_TYPE_HARDWARE,
    config: 1,
    config1: 0,
    counts: 'Instructions retired',
    sysfsName: 'inst_retired',
  },
];
