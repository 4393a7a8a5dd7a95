import type { CgroupRef, Support, TaskInfo } from '@hftmon/core';
import type { SpanJson, SpikeJson } from '@hftmon/latency';
import type { MonitorConfiguration } from '../configuration/configuration.js';

/** Name and version of what the Meta block of a flight recording holds. */
export const FLIGHT_SCHEMA = 'hftmon.flight/1';

/** What set the recorder off. Times in ns since the session epoch. */
export type FlightTrigger = {
  readonly timestampNs: number;
} & (
  | { readonly type: 'spike'; readonly spikeId: number; readonly durationNs: number }
  | {
      readonly type: 'span';
      readonly name: string;
      readonly tid: number;
      readonly durationNs: number;
    }
  | { readonly type: 'signal'; readonly signal: string }
  | { readonly type: 'call'; readonly reason: string }
);

/** Which part of the stream a recording holds. */
export interface FlightWindow {
  /** What was asked for, ns since the session epoch. */
  readonly askedFromNs: number;
  readonly askedToNs: number;
  /**
   * What there is: the ring may not reach back so far, monitoring may have ended earlier, and a
   * spike of which a part was asked for is there as a whole.
   */
  readonly fromNs: number;
  readonly toNs: number;
  /** Is all there that was asked for? */
  readonly complete: boolean;
  readonly records: number;
  /** Records that were overwritten while the window was copied. */
  readonly lostRecords: number;
  /** The history ring when it was frozen. */
  readonly ring: {
    readonly capacity: number;
    readonly records: number;
    /** End of its oldest record; absent when it was empty. */
    readonly oldestEndNs?: number;
  };
}

/** A process that was watched. */
export interface FlightTarget {
  readonly pid: number;
  readonly comm: string;
  readonly startTimeTicks: number;
  readonly attachedNs: number;
}

/** What was recorded, where, when, and why. */
export interface FlightMeta {
  readonly schema: typeof FLIGHT_SCHEMA;
  readonly type: 'flight';
  readonly host: {
    /** `uname -r`. */
    readonly kernel: string;
    readonly architecture: string;
    readonly cpus: number;
    /** What `Collector.probe` was told of BPF. */
    readonly bpf: Support;
    /** Tracepoints that the collectors want and this kernel lacks. */
    readonly missingTracepoints: readonly string[];
  };
  /** Time 0 of the records. */
  readonly clock: {
    /** CLOCK_MONOTONIC ns, decimal. */
    readonly epochMonotonicNs: string;
    /** Wall-clock time, ms since 1970. */
    readonly epochWallMs: number;
  };
  readonly targets: readonly FlightTarget[];
  /** Of the monitor, at the start. */
  readonly configuration: MonitorConfiguration;
  readonly collectors: readonly { readonly name: string; readonly version: string }[];
  /** The first one, then those that came while its window was open. */
  readonly triggers: readonly FlightTrigger[];
  /** Further ones that found no room in the list. */
  readonly furtherTriggers: number;
  /** Triggers that the limit of recordings per minute withheld since the start, up to now. */
  readonly withheld: number;
  readonly window: FlightWindow;
}

/** A task from a time on, ns since the session epoch. */
export interface NamedTask {
  readonly fromNs: number;
  readonly info: TaskInfo;
}

/** A frame of a stack; the address is hexadecimal. */
export interface NamedFrame {
  readonly address: string;
  readonly symbol?: string;
  readonly offset?: number;
  readonly module?: string;
}

/** Names of what the records refer to by number. */
export interface FlightDictionary {
  readonly tasks: readonly NamedTask[];
  readonly cgroups: readonly ({ readonly id: number } & CgroupRef)[];
  readonly userStacks: readonly {
    readonly pid: number;
    readonly id: number;
    readonly frames: readonly NamedFrame[];
  }[];
  readonly kernelStacks: readonly { readonly id: number; readonly frames: readonly NamedFrame[] }[];
  /** Kernel addresses of senders' call sites, handlers and work functions. */
  readonly kernelSymbols: readonly NamedFrame[];
  readonly marks: readonly { readonly id: number; readonly name: string }[];
  readonly spans: readonly {
    readonly origin: number;
    readonly pid?: number;
    readonly id: number;
    readonly name: string;
  }[];
  /** Files of /proc (`proc/…`) and /sys (`sys/…`) that names come from, as they were. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Links, such as descriptors, and where they led. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

/** Spikes that have time in common with the window, by their start, and spans that set it off. */
export interface FlightSpikes {
  readonly spikes: readonly SpikeJson[];
  readonly spans: readonly SpanJson[];
}

/** Accounts of events since the start of the session; see `LossCounts`. */
export interface FlightLosses {
  readonly seen: number;
  readonly emitted: number;
  readonly filtered: number;
  readonly dropped: number;
  /** Events that the kernel's rings had no room for from the first look after the window's begin to its end. */
  readonly droppedInWindow: number;
  /** Records of the window's ring that were overwritten before they were copied. */
  readonly lostRecords: number;
}

/** A recording was written. */
export interface FlightEvent {
  readonly file: string;
  readonly bytes: number;
  readonly triggers: readonly FlightTrigger[];
  readonly window: FlightWindow;
  /** Spikes in it. */
  readonly spikes: number;
  /** Triggers that were withheld since the start, up to now. */
  readonly withheld: number;
}

/** What the recorder has done since it was enabled. */
export interface FlightStats {
  readonly written: number;
  /** Recordings that could not be written. */
  readonly failed: number;
  /** Triggers that came while a window was open that has them whole. */
  readonly joined: number;
  /** Triggers that the limit of recordings per minute withheld. */
  readonly withheld: number;
}
