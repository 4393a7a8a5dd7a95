import type { CollectorHost } from '../collector/collector-host.js';
import type { BroadcastCursor } from '../ring/broadcast-cursor.js';
import type { RecordWriter } from '../ring/record-writer.js';
import type { SessionClock } from '../clock/session-clock.js';
import type { Deliverable, Delivery } from './delivery.js';
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
/** A timer of that period that comes a little early must not be put off to its next turn. */
const EARLY_NS = 5e5;
/** Besides the first batch after each look at the clock, every 16th is timed. */
const TIMED_MASK = 15;

/**
 * Passes over the history ring: delivers new records to the collectors, samples polled sources
 * and does the housekeeping. Hot path: a pass without records is one load.
 */
export class Scheduler implements Deliverable {
  readonly #parts: SchedulerParts;
  readonly #due = new Float64Array(1);
  #batches = 0;
  #running = false;
  #delivering = false;
  /** What waits for the end of the delivery. */
  readonly #afterwards: (() => void)[] = [];

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#due[0] = -Infinity;
    this.#parts.delivery.start(this);
  }

  /** Stops the passes. Records that come later are delivered by {@link deliver}. Idempotent. */
  stop(): void {
    this.#running = false;
    this.#parts.delivery.stop();
  }

  /**
   * Delivers the records published so far; at most one ring's worth, so that a fast writer cannot
   * hold it forever. Never throws; failures go to `onError`.
   * @returns number of records delivered
   */
  deliver(): number {
    // A collector or listener may ask for a flush while it is being delivered to.
    if (this.#parts.cursor.lag === 0 || this.#delivering) return 0;
    this.#delivering = true;
    try {
      let delivered = this.#drain();
      while (this.#afterwards.length > 0) delivered += this.#drainAndGoOn();
      return delivered;
    } catch (error) {
      this.#parts.onError(error);
      return 0;
    } finally {
      this.#delivering = false;
    }
  }

  /**
   * Calls at once; while records are being delivered, when all have been that are published by the
   * end of it.
   */
  afterDelivery(call: () => void): void {
    if (this.#delivering) this.#afterwards.push(call);
    else call();
  }

  pull(): void {
    this.#parts.source.pull?.();
  }

  /** Never throws. */
  idle(): void {
    const { source, host } = this.#parts;
    source.idle?.();
    host.idle();
  }

  /** Looks for ended processes and samples polled sources, when it is time. Never throws. */
  housekeep(): void {
    const now = this.#parts.clock.nowNs();
    this.#batches = 0;
    if (now + EARLY_NS < this.#due[0]!) return;
    this.#due[0] = now + HOUSEKEEPING_NS;
    this.housekeepNow(now);
  }

  /** The same, at once. @param nowNs - ns since the epoch */
  housekeepNow(nowNs: number): void {
    const { source, host, writer, onExit, onError } = this.#parts;
    try {
      host.sample(nowNs, writer);
      const ended = source.reap();
      if (ended.length === 0) return;
      // What they did last is delivered before the collectors hear that they are gone.
      source.flush();
      this.deliver();
      onExit(ended);
    } catch (error) {
      onError(error);
    }
  }

  #drainAndGoOn(): number {
    const calls = this.#afterwards.splice(0);
    const delivered = this.#drain();
    for (const call of calls) call();
    return delivered;
  }

  #drain(): number {
    const { cursor, host, source, onLost } = this.#parts;
    let left = cursor.lag;
    let delivered = 0;
    while (left > 0) {
      const count = cursor.poll();
      const lost = cursor.lostByLastPoll;
      if (lost > 0) {
        host.countLost(lost);
        onLost(lost);
      }
      if (count === 0) break;
      source.observe?.(cursor.batch);
      host.onRecords(cursor.batch, (this.#batches++ & TIMED_MASK) === 0);
      delivered += count;
      left -= count + lost;
    }
    return delivered;
  }
}
