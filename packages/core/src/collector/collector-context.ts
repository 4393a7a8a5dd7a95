import type { SessionClock } from '../clock/session-clock.js';
import type { Logger } from '../session/logger.js';
import type { RecordQuery } from '../ring/record-query.js';
import type { RecordWriter } from '../ring/record-writer.js';
import type { EventSource } from '../session/event-source.js';

/** What the host lends to an open collector. */
export interface CollectorContext {
  readonly clock: SessionClock;
  readonly log: Logger;
  /** The session's source of kernel events: task names, totals, stacks, losses. */
  readonly source: EventSource;
  /** Scans over the records still held by the history ring. */
  readonly history: RecordQuery;
  /** Writes records of the collector's own kinds into the stream. */
  readonly writer: RecordWriter;
  /** Usually `/proc`. */
  readonly procRoot: string;
  /** Usually `/sys`. */
  readonly sysRoot: string;
  /** Number that the host gave to one of `meta.pluginKinds`. @throws MonitorError if undeclared */
  pluginKind(name: string): number;
  /** Name of a mark that was written through the session; see `markName`. */
  readonly markName?: (nameId: number) => string | undefined;
  /** Registers an undo step; steps run in reverse order when the collector is closed. */
  onUndo(step: () => void): void;
}
