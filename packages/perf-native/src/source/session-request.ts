import type { EventSourceOptions, RecordKind } from '@hftmon/core';
import type { HostEnvironment } from '../capabilities/probe-environment.js';

/** What a session is opened for, and on which host. */
export interface SessionRequest {
  readonly kinds: ReadonlySet<RecordKind>;
  readonly options: EventSourceOptions;
  /** Probe groups that will be attached: those that the kinds need and the kernel has. */
  readonly groups: number;
  readonly environment: HostEnvironment;
}
