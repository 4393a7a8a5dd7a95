import type { StreamDistribution, TaskRef } from '@hftmon/core';
import type { InterruptPart } from './parts.js';

/** Options of the collector. Filters that act in the kernel are options of the event source. */
export interface InterruptConfig {
  /** Percentiles in metrics. Default 50, 90, 99, 99.9. */
  readonly percentiles?: readonly number[];
  /** What to look at beside the interrupts; read when the collector is made. Default: all. */
  readonly parts?: readonly InterruptPart[];
}

/** Class of an interrupt. A TLB shootdown is an `ipi`, an APIC timer tick a `timer`. */
export type InterruptType = 'hardware' | 'softirq' | 'ipi' | 'timer' | 'nmi';

/** Which interrupts to list; absent fields do not filter. */
export interface InterruptQuery {
  /** Process of the interrupted thread. */
  readonly pid?: number;
  /** The interrupted thread. */
  readonly tid?: number;
  readonly cpu?: number;
  /** Shortest gross duration, us. */
  readonly minDurationUs?: number;
  readonly type?: InterruptType;
  /** Only what ended within this time before now (or before the collector was closed), us. */
  readonly timeWindowUs?: number;
  /** The newest ones, at most so many. */
  readonly limit?: number;
}

/** Who sent an IPI. */
export interface IpiSender extends TaskRef {
  /** CPU that sent it. */
  readonly cpu: number;
  /** Kernel function that asked for it; absent when kernel symbols are hidden. */
  readonly callSite?: string;
}

/** One run of interrupt code that took a target thread's CPU, or kept it from one that waited. */
export interface InterruptInfo {
  readonly timestamp: Date;
  /** Start, ns since the session epoch. */
  readonly timestampNs: number;
  readonly cpu: number;
  /**
   * `hardware`: number in /proc/interrupts; `softirq`: vector 0 to 9; `ipi` and `timer`: vector of
   * the local APIC (0xec local timer, 0xfd reschedule, 0xfc and 0xfb function call); `nmi`: 2.
   */
  readonly irqNumber: number;
  readonly irqType: InterruptType;
  /** Gross: from its begin to its end, us. */
  readonly durationUs: number;
  /** Without what interrupted it in turn, us. */
  readonly netUs: number;
  /**
   * Device as in /proc/interrupts, name of the softirq (`NET_RX`), or `local_timer`, `reschedule`,
   * `function_call`, `tlb_shootdown`, `irq_work`, `nmi`.
   */
  readonly source: string;
  /** Sends that this one run answered; 1 where that is not counted. */
  readonly coalescedCount: number;
  /** Task that was interrupted. */
  readonly interruptedTid: number;
  readonly interruptedComm: string;
  /** That task is a target thread. */
  readonly interruptedTarget: boolean;
  /** A target thread waited for this CPU. */
  readonly targetWaiting: boolean;
  /** Softirq: from its raise to its run, us; absent when the raise was not seen. */
  readonly deferredUs?: number;
  /** Softirq: it ran in ksoftirqd, not on top of the interrupted task. */
  readonly inKsoftirqd?: boolean;
  /** Softirq: task that ran where it was raised; absent when the raise was not seen. */
  readonly raisedBy?: TaskRef;
  /** IPI: who sent it last; absent when the kernel does not tell. */
  readonly sender?: IpiSender;
  /** TLB shootdown: pages that its sender had flushed; absent when that was not seen. */
  readonly flushedPages?: number | 'all';
  /** TLB shootdown: system call that its sender was in. */
  readonly flushSyscall?: string;
  /** NMI: kernel function that handled it; absent when kernel symbols are hidden. */
  readonly handler?: string;
}

/** Exact totals of one source on one CPU since the start, whoever was interrupted. */
export interface InterruptSourceTotals {
  readonly cpu: number;
  readonly irqType: InterruptType;
  /** As in InterruptInfo. */
  readonly irqNumber: number;
  readonly source: string;
  readonly count: number;
  /** Net time, ns. */
  readonly ns: number;
  /** Longest run, gross, ns. */
  readonly maxNs: number;
  /** Those that interrupted a target thread. */
  readonly targetCount: number;
  readonly targetNs: number;
}

/** Totals of all interrupts. */
export interface InterruptTotalsInfo {
  /** By CPU and source. Every run is in exactly one of them. */
  readonly sources: readonly InterruptSourceTotals[];
  /**
   * Function-call IPIs that flushed the TLB, by CPU; they are among `sources` as well. Absent where
   * the kernel does not tell which function flushes (before 6.4, or /proc/kallsyms is hidden).
   */
  readonly tlbShootdowns?: readonly Omit<InterruptSourceTotals, 'irqNumber'>[];
}

/** Values of the metrics in `meta.metrics`, by name. */
export type InterruptMetrics = Readonly<Record<string, number | StreamDistribution>>;
