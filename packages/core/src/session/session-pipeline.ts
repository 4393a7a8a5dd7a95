import type { SessionClock } from '../clock/session-clock.js';
import type { CollectorHost } from '../collector/collector-host.js';
import type { RecordKind } from '../record/record-kind.js';
import { BroadcastCursor } from '../ring/broadcast-cursor.js';
import { History } from '../ring/history.js';
import { createDelivery } from './delivery.js';
import type { EventSource } from './event-source.js';
import { keepStacks } from './keep-stacks.js';
import { Scheduler } from './scheduler.js';
import type { SessionOptions } from './session-options.js';

/** Parts and listeners of a pipeline. */
export interface PipelineParts {
  readonly source: EventSource;
  readonly kinds: ReadonlySet<RecordKind>;
  readonly options: SessionOptions;
  readonly host: CollectorHost;
  readonly clock: SessionClock;
  readonly onExit: (pids: readonly number[]) => void;
  readonly onLost: (records: number) => void;
  readonly onError: (error: unknown) => void;
}

/** The way of the records in a running session: open source, history, delivery. */
export interface SessionPipeline {
  readonly history: History;
  readonly scheduler: Scheduler;
  /** Delivers everything that is in the ring; for a source that has stopped. */
  drain(): void;
  /** Lets go of the ring, then closes the source. @param keep - copy the history first */
  close(keep: boolean): void;
}

/** Opens the source and what reads from it. @throws MonitorError; the source is then closed */
export function openPipeline(parts: PipelineParts): SessionPipeline {
  const { source, kinds, options, host, clock, onExit, onLost, onError } = parts;
  const delivery = createDelivery(options.delivery);
  source.open(kinds, options.sourceOptions ?? {});
  try {
    const history = new History(source.ring);
    const cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
    const { writer } = source;
    const scheduler = new Scheduler({
      delivery,
      cursor,
      host,
      source,
      writer,
      clock,
      onExit,
      onLost,
      onError,
    });
    return {
      history,
      scheduler,
      drain() {
        let lag: number;
        do {
          lag = cursor.lag;
          scheduler.deliver();
        } while (cursor.lag !== 0 && cursor.lag !== lag);
      },
      close(keep) {
        if (keep) {
          history.keep();
          keepStacks(history, source.stacks);
        } else history.release();
        source.close();
      },
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
