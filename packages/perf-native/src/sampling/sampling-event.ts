import type { NativeSampleEvent } from '../native/samples-bindings.js';
import { EVENT_FLAG } from './layout.js';

/** Where address samples can come from, best first. */
export type SamplingSource = 'pebs' | 'ibs' | 'spe' | 'cpu-clock';

/** One event whose every `period`-th occurrence in a thread is sampled. */
export interface SamplingEvent {
  readonly source: SamplingSource;
  /** As the kernel or the vendor calls it: `cpu-clock`, `mem-loads`, `ibs_op`, … */
  readonly name: string;
  /** `perf_event_attr.type`. */
  readonly type: number;
  readonly config: bigint;
  readonly config1: bigint;
  readonly config2: bigint;
  /**
   * Between two samples: ns of CPU time for `cpu-clock`, operations for `spe`, else occurrences of
   * the event.
   */
  readonly period: number;
  /** `perf_event_attr.precise_ip`. */
  readonly preciseIp: 0 | 1 | 2 | 3;
  /** Leave the kernel out by the event's own means; else its samples are dropped and counted. */
  readonly excludeKernel: boolean;
  /** Carry the user's registers. */
  readonly registers: boolean;
  /** Carry the data address, the data source and the latency. */
  readonly data: boolean;
  /** `config` of an auxiliary event that has to lead the group (Intel's mem-loads-aux). */
  readonly leader: bigint | undefined;
  /**
   * Of Arm's SPE: what its records say of where data came from. `common`: the events that all CPUs
   * have; `neoverse`: the data sources of Neoverse N1, V1, N2 and V2. Absent for other sources.
   */
  readonly spe?: 'common' | 'neoverse';
}

/** Shortest period of the kernel's clock events, ns. */
export const LEAST_CLOCK_PERIOD_NS = 10_000;

/**
 * Samples by CPU time, with registers: PERF_COUNT_SW_CPU_CLOCK, on every host.
 * @param periodNs - CPU time between two samples, 10,000 or more
 */
export function cpuClockEvent(periodNs: number): SamplingEvent {
  return {
    source: 'cpu-clock',
    name: 'cpu-clock',
    type: 1,
    config: 0n,
    config1: 0n,
    config2: 0n,
    period: periodNs,
    preciseIp: 0,
    excludeKernel: true,
    registers: true,
    data: false,
    leader: undefined,
  };
}

/** `struct hftmon_sample_event`. */
export function toNative(event: SamplingEvent): NativeSampleEvent {
  const flags =
    (event.excludeKernel ? EVENT_FLAG.excludeKernel : EVENT_FLAG.userOnly) |
    (event.registers ? EVENT_FLAG.registers : 0) |
    (event.data ? EVENT_FLAG.data : 0) |
    (event.leader === undefined ? 0 : EVENT_FLAG.needsLeader) |
    (event.spe === undefined ? 0 : EVENT_FLAG.spe) |
    (event.spe === 'neoverse' ? EVENT_FLAG.neoverseSources : 0);
  return {
    type: event.type,
    flags,
    config: event.config,
    config1: event.config1,
    config2: event.config2,
    period: event.period,
    leader: event.leader ?? 0n,
    precise_ip: event.preciseIp,
    reserved: 0,
  };
}
