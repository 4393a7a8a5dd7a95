import { createError, messageOf, toMonitorError } from '../errors/create-error.js';
import type { MonitorError } from '../errors/monitor-error.js';
import type { RecordBatch } from '../ring/record-batch.js';
import type { RecordWriter } from '../ring/record-writer.js';
import { SampleStatus } from './collector.js';
import type { CollectorContext } from './collector-context.js';
import type { RegisteredCollector } from './collector-registry.js';
import { CollectorSlot, Counter } from './collector-slot.js';
import type { CollectorStats } from './collector-stats.js';
import type { Target } from './target.js';

/** The part of the context that all collectors share. */
export type SharedContext = Omit<CollectorContext, 'pluginKind' | 'onUndo'> & {
  /** Number of a kind that a collector declared. @throws MonitorError if it did not */
  pluginKind(collector: string, kind: string): number;
};

/** Hears of a collector that failed to open, or was shut off later. */
export type FailureListener = (collector: string, error: MonitorError) => void;

/**
 * Runs collectors: order, timing, isolation and undo. Whatever one of them throws, the others go
 * on. Every call is measured; see {@link CollectorHost.stats}.
 */
export class CollectorHost {
  readonly #slots: readonly CollectorSlot[];
  readonly #onFailure: FailureListener;
  /** The open ones, in order of opening. Arrays of their own keep the hot loops plain. */
  #open: CollectorSlot[] = [];
  #consumers: CollectorSlot[] = [];
  #samplers: CollectorSlot[] = [];
  #idlers: CollectorSlot[] = [];

  constructor(collectors: readonly RegisteredCollector[], onFailure: FailureListener) {
    this.#slots = collectors.map((entry) => new CollectorSlot(entry));
    this.#onFailure = onFailure;
  }

  /**
   * Opens the collectors in order. One that throws is undone and reported, and the rest go on.
   * @returns number of open ones
   */
  open(context: SharedContext): number {
    for (const slot of this.#slots) if (slot.state === 'idle') this.#openOne(slot, context);
    this.#arrange();
    return this.#open.length;
  }

  /** Takes a collector out before `open`, because the host cannot serve it. */
  setUnsupported(name: string): void {
    const slot = this.#slots.find((candidate) => candidate.name === name);
    if (slot?.state === 'idle') slot.state = 'unsupported';
  }

  /** Tells the open collectors of a new target. */
  attach(target: Target): void {
    this.#each('attach', (slot) => {
      if (concerns(target, slot)) slot.collector.attach?.(target);
    });
  }

  /** Tells the open collectors that a target leaves, and that they must say no more of it. */
  leave(target: Target): void {
    this.#each('leave', (slot) => {
      if (concerns(target, slot)) slot.collector.leave?.(target);
    });
  }

  /** Tells the open collectors that a target left. */
  detach(target: Target): void {
    this.#each('detach', (slot) => {
      if (concerns(target, slot)) slot.collector.detach?.(target);
    });
  }

  /**
   * Gives a batch to every open collector. Hot path: no allocation unless one throws or `timed`,
   * which measures the time of each: reading the clock allocates a number.
   */
  onRecords(batch: RecordBatch, timed: boolean): void {
    const consumers = this.#consumers;
    for (let i = 0; i < consumers.length; i++) {
      const slot = consumers[i]!;
      slot.counters[Counter.Batches]! += 1;
      slot.counters[Counter.Records]! += batch.count;
      if (timed) this.#timedDelivery(slot, batch);
      else this.#delivery(slot, batch);
    }
  }

  /** Polls every open collector that has a source to poll; each call is timed. */
  sample(nowNs: number, writer: RecordWriter): void {
    const samplers = this.#samplers;
    for (let i = 0; i < samplers.length; i++) {
      const slot = samplers[i]!;
      const begin = performance.now();
      let status: number = SampleStatus.Ok;
      try {
        status = slot.collector.sample!(nowNs, writer);
      } catch (error) {
        this.#quarantine(slot, 'sample', error);
      }
      slot.spent(Counter.SampleNs, (performance.now() - begin) * 1e6);
      slot.counters[Counter.Samples]! += 1;
      if ((status & SampleStatus.Lost) !== 0) slot.counters[Counter.LostSamples]! += 1;
      if ((status & SampleStatus.Scaled) !== 0) slot.counters[Counter.ScaledSamples]! += 1;
    }
  }

  /** Tells every open collector that wants to know that there is nothing to do. */
  idle(): void {
    const idlers = this.#idlers;
    for (let i = 0; i < idlers.length; i++) {
      const slot = idlers[i]!;
      try {
        slot.collector.idle!();
      } catch (error) {
        this.#quarantine(slot, 'idle', error);
      }
    }
  }

  /** Counts records that were lost before they could be delivered. */
  countLost(records: number): void {
    const consumers = this.#consumers;
    for (let i = 0; i < consumers.length; i++) {
      consumers[i]!.counters[Counter.LostRecords]! += records;
    }
  }

  /** Is there a collector to sample? */
  get hasSamplers(): boolean {
    return this.#samplers.length > 0;
  }

  /** Measurements of every collector, open or not. */
  stats(): CollectorStats[] {
    return this.#slots.map((slot) => slot.stats());
  }

  /** Error that a collector failed or was quarantined with. */
  errorOf(name: string): MonitorError | undefined {
    return this.#slots.find((slot) => slot.name === name)?.error;
  }

  /** Closes the open collectors in reverse order. Idempotent; never throws. */
  close(): void {
    const open = this.#open;
    this.#open = [];
    this.#arrange();
    for (const slot of open.reverse()) {
      const broken = slot.state === 'quarantined';
      this.#release(slot);
      if (!broken) slot.state = 'closed';
    }
  }

  #delivery(slot: CollectorSlot, batch: RecordBatch): void {
    try {
      slot.collector.onRecords!(batch);
    } catch (error) {
      this.#quarantine(slot, 'onRecords', error);
    }
  }

  #timedDelivery(slot: CollectorSlot, batch: RecordBatch): void {
    const begin = performance.now();
    this.#delivery(slot, batch);
    slot.spent(Counter.TimedNs, (performance.now() - begin) * 1e6);
    slot.counters[Counter.TimedRecords]! += batch.count;
  }

  #openOne(slot: CollectorSlot, context: SharedContext): void {
    const begin = performance.now();
    try {
      slot.collector.open(contextFor(slot, context), slot.config);
      slot.state = 'open';
      this.#open.push(slot);
    } catch (error) {
      slot.state = 'failed';
      this.#release(slot);
      this.#report(slot, toMonitorError(error, `open of collector ${slot.name}`));
    }
    slot.counters[Counter.OpenNs] = (performance.now() - begin) * 1e6;
  }

  /** Runs `close` and the undo steps; what they throw is reported, and the rest still runs. */
  #release(slot: CollectorSlot): void {
    this.#guard(slot, 'close', () => slot.collector.close());
    for (const step of slot.undo.splice(0).reverse()) this.#guard(slot, 'undo', step);
  }

  #each(operation: string, call: (slot: CollectorSlot) => void): void {
    for (const slot of this.#open) {
      if (slot.state !== 'open') continue;
      try {
        call(slot);
      } catch (error) {
        this.#quarantine(slot, operation, error);
      }
    }
  }

  /** The collector gets no calls any more; it is closed with the others, in order. */
  #quarantine(slot: CollectorSlot, operation: string, error: unknown): void {
    slot.state = 'quarantined';
    this.#arrange();
    this.#report(slot, this.#failure(slot, operation, error));
  }

  #guard(slot: CollectorSlot, operation: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(slot, this.#failure(slot, operation, error));
    }
  }

  #failure(slot: CollectorSlot, operation: string, error: unknown): MonitorError {
    return createError(
      'HFTMON_E_COLLECTOR_FAILED',
      { collector: slot.name, operation, detail: messageOf(error) },
      { cause: error },
    );
  }

  #report(slot: CollectorSlot, error: MonitorError): void {
    slot.counters[Counter.Errors]! += 1;
    slot.error ??= error;
    this.#onFailure(slot.name, error);
  }

  /** New arrays, so that a loop that is running over the old ones is not disturbed. */
  #arrange(): void {
    const live = this.#open.filter((slot) => slot.state === 'open');
    this.#consumers = live.filter((slot) => slot.collector.onRecords !== undefined);
    this.#samplers = live.filter((slot) => slot.collector.sample !== undefined);
    this.#idlers = live.filter((slot) => slot.collector.idle !== undefined);
  }
}

function concerns(target: Target, slot: CollectorSlot): boolean {
  return target.without?.includes(slot.name) !== true;
}

function contextFor(slot: CollectorSlot, shared: SharedContext): CollectorContext {
  return {
    ...shared,
    pluginKind: (kind) => shared.pluginKind(slot.name, kind),
    onUndo: (step) => void slot.undo.push(step),
  };
}
