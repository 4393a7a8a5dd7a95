import type { Collector, EventSource, Logger } from '@hftmon/core';
import type { HostEnvironment } from '@hftmon/perf-native';
import type { CollectorFactory } from './collectors/installed-collectors.js';

/** A collector, or what makes a new one for every start of the monitor. */
export type CollectorChoice = Collector<never, never, unknown> | CollectorFactory;

/** What a monitor is made of. */
export interface HFTResourceMonitorOptions {
  /**
   * Default: every installed one. A collector given as an object is opened again when monitoring
   * is started again; a function makes a new one each time.
   */
  readonly collectors?: readonly CollectorChoice[];
  /** What the host offers; default: looked up now. */
  readonly environment?: HostEnvironment;
  /** Makes the source of kernel events of one start; default: BPF on this host. */
  readonly createSource?: (environment: HostEnvironment) => EventSource;
  /** Default: silent. */
  readonly log?: Logger;
}
