import type { CollectorHost } from '../collector/collector-host.js';
import type { BroadcastCursor } from '../ring/broadcast-cursor.js';
import type { RecordWriter } from '../ring/record-writer.js';
import type { SessionClock } from '../clock/session-clock.js';
import type { Delivery } from './delivery.js';
import type { EventSource } from './event-source.js';

/** What the scheduler needs and whom it tells. */
export interface SchedulerParts {
  readonly delivery: Delivery;
  readonly cursor: BroadcastCursor;
  readonly host: CollectorHost;
  readonly source: EventSource;
  readonly writer: RecordWriter;
  readonly clock: SessionClock;
  /** Ended processes, once all their records were delivered. */
  readonly onExit: (pids: readonly number[]) => void;
  /** Records that were overwritten before their delivery. */
  readonly onLost: (records: number) => void;
  readonly onError: (error: unknown) => void;
}

/** How often sources are sampled and ended processes looked for, ns. */
const HOUSEKEEPING_NS = 20e6;

/**
 * Passes over the history ring: delivers new records to the collectors, samples polled sources
 * and does the housekeeping. Hot path: a pass without records is two loads and a clock reading.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #due = new Float64Array(1);
  #running = false;
  #delivering = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#due[0] = 0;
    this.#parts.delivery.start(this.#pass);
  }

  /** Stops the passes. Records that come later are delivered by {@link deliver}. Idempotent. */
  stop(): void {
    this.#running = false;
    this.#parts.delivery.stop();
  }

  /**
   * Delivers the records published so far; at most one ring's worth, so that a fast writer cannot
   * hold it forever.
   */
  deliver(): void {
    // A collector or listener that asks for a flush while it is being delivered to.
    if (this.#delivering) return;
    this.#delivering = true;
    const { cursor, host, source } = this.#parts;
    const end = (cursor.position + cursor.lag) | 0;
    try {
      while (((end - cursor.position) | 0) > 0) {
        const count = cursor.poll();
        const lost = cursor.lostByLastPoll;
        if (lost > 0) {
          host.countLost(lost);
          this.#parts.onLost(lost);
        }
        if (count === 0) break;
        source.observe?.(cursor.batch);
        host.onRecords(cursor.batch);
      }
    } finally {
      this.#delivering = false;
    }
  }

  /** Looks for ended processes and samples polled sources now. */
  housekeeping(): void {
    const { source, host, writer, clock, onExit } = this.#parts;
    const ended = source.reap();
    host.sample(clock.nowNs(), writer);
    if (ended.length === 0) return;
    source.flush();
    this.deliver();
    onExit(ended);
  }

  readonly #pass = (): void => {
    try {
      if (this.#parts.cursor.lag !== 0) this.deliver();
      const now = this.#parts.clock.nowNs();
      // Half a millisecond early is fine: a timer of the same period must not skip every other.
      if (now + 5e5 < this.#due[0]!) return;
      this.#due[0] = now + HOUSEKEEPING_NS;
      this.housekeeping();
    } catch (error) {
      this.#parts.onError(error);
    }
  };
}
