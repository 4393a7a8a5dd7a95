import type { TaskRef, TickDependency } from '@hftmon/core';

export interface HardIrqDetails {
  readonly irqs: readonly {
    /** Interrupt number, absent for a vector of the CPU's own. */
    readonly irq?: number;
    /** Device or driver as in /proc/interrupts, or the vector's name. */
    readonly name?: string;
    readonly ns: number;
    readonly count: number;
  }[];
}

export interface SoftirqDetails {
  readonly vectors: readonly {
    readonly vector: number;
    /** `NET_RX`, `TIMER`, … */
    readonly name: string;
    readonly ns: number;
    readonly count: number;
    /** Runs that were in ksoftirqd. */
    readonly inKsoftirqd: number;
    /** Longest time from raise to run, ns, where the raise was seen. */
    readonly delayNs?: number;
  }[];
}

export interface TimerTickDetails {
  /** Local timer interrupts. */
  readonly count: number;
  /** CPU of the longest. */
  readonly cpu: number;
  /** The tick of that CPU is to stop while one task runs (`nohz_full=`); else it is always on. */
  readonly nohzFull: boolean;
  /**
   * What kept the tick of a nohz_full CPU on, and how often since the session started; where the
   * session counts stops of the tick, as with the irq collector.
   */
  readonly keptOn?: Partial<Record<TickDependency, number>>;
}

export interface IpiDetails {
  readonly types: readonly {
    readonly type: 'reschedule' | 'call_function' | 'call_function_single' | 'irq_work';
    readonly ns: number;
    readonly count: number;
  }[];
  /** Interrupts that flushed the TLB. */
  readonly tlbFlushes: number;
  readonly senders: readonly (TaskRef & {
    readonly cpu: number;
    readonly ns: number;
    readonly count: number;
    /** Kernel address that asked for the interrupt, hexadecimal. */
    readonly callSite?: string;
    /** Its symbol; looked up when it is read. */
    readonly callSiteName?: string;
  })[];
}

export interface NmiDetails {
  readonly handlers: readonly {
    readonly address: string;
    /** Its symbol; looked up when it is read. */
    readonly name?: string;
    readonly ns: number;
    readonly count: number;
  }[];
}
