import type { CollectorRegistry } from '../collector/collector-registry.js';
import type { SessionClock } from '../clock/session-clock.js';
import type { DeliveryOptions } from './delivery.js';
import type { EventSource, EventSourceOptions } from './event-source.js';
import type { Logger } from './logger.js';

/** What a session is made of. */
export interface SessionOptions {
  readonly source: EventSource;
  readonly registry: CollectorRegistry;
  readonly delivery?: DeliveryOptions;
  readonly sourceOptions?: EventSourceOptions;
  /** Default: a MonotonicClock on the source's epoch. */
  readonly clock?: SessionClock;
  readonly log?: Logger;
}

/** `idle` → `running` → `stopped` → `closed`. A session runs once. */
export type SessionState = 'idle' | 'running' | 'stopped' | 'closed';
