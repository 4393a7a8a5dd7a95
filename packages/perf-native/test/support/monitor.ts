import {
  BroadcastCursor,
  RECORD_WORDS,
  RecordKind,
  cpuAt,
  durationAt,
  kindAt,
  tidAt,
  timestampAt,
  type EventSourceOptions,
  type KindCounts,
} from '@hftmon/core';
import { KernelEventSource } from '../../src/index.js';
import { NativeSession } from '../../src/native/native-session.js';

/** One record, copied; payload accessors of core take `(record.u32, 0)`. */
export interface SeenRecord {
  readonly kind: number;
  readonly tid: number;
  readonly cpu: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly u32: Uint32Array;
}

export const ALL_KINDS: ReadonlySet<RecordKind> = new Set(
  (Object.values(RecordKind) as (string | number)[]).filter(
    (kind): kind is RecordKind => typeof kind === 'number' && kind !== RecordKind.Mark,
  ),
);

/** An event source with a reader, as a session has one, but read when the test says so. */
export class Monitor implements Disposable {
  readonly source: KernelEventSource;
  /** What the source stands on, for a look at the memory that it shares with the probes. */
  readonly native: NativeSession;
  readonly records: SeenRecord[] = [];
  readonly #cursor: BroadcastCursor;
  /** Called for each batch instead of keeping its records. */
  onRecord: ((record: SeenRecord) => void) | undefined;

  private constructor(source: KernelEventSource, native: NativeSession) {
    this.source = source;
    this.native = native;
    this.#cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
  }

  /** Opens, attaches the targets and starts. */
  static start(
    kinds: Iterable<RecordKind>,
    pids: readonly number[],
    options: EventSourceOptions = {},
  ): Monitor {
    const source = new KernelEventSource();
    const native = nativeOf(() => source.open(new Set(kinds), options));
    try {
      for (const pid of pids) source.attach(pid);
      source.start();
      return new Monitor(source, native);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** Records that the history ring overwrote before they were read. */
  get lost(): number {
    return this.#cursor.lost;
  }

  /** Takes what has arrived so far. */
  read(): readonly SeenRecord[] {
    this.source.flush();
    while (this.#cursor.poll() > 0) {
      const { batch } = this.#cursor;
      this.source.observe(batch);
      for (let i = 0; i < batch.count; i++) {
        const u32 = batch.u32.slice(i * RECORD_WORDS, (i + 1) * RECORD_WORDS);
        const f64 = new Float64Array(u32.buffer);
        const record = {
          kind: kindAt(u32, 0),
          tid: tidAt(u32, 0),
          cpu: cpuAt(u32, 0),
          startNs: timestampAt(f64, 0),
          durationNs: durationAt(f64, 0),
          u32,
        };
        if (this.onRecord === undefined) this.records.push(record);
        else this.onRecord(record);
      }
    }
    return this.records;
  }

  /** Records of a kind read so far, of one thread or of all. */
  of(kind: RecordKind, tid?: number): SeenRecord[] {
    return this.records.filter(
      (record) => record.kind === kind && (tid === undefined || record.tid === tid),
    );
  }

  counts(kind: RecordKind): KindCounts {
    return (
      this.source.losses().byKind.get(kind) ?? { seen: 0, emitted: 0, filtered: 0, dropped: 0 }
    );
  }

  /** Looks at the thread table now; the source itself does so at every fifth call. */
  reap(): number[] {
    const ended: number[] = [];
    for (let i = 0; i < 5; i++) ended.push(...this.source.reap());
    return ended;
  }

  /** Stops, and takes the last records. */
  stop(): readonly SeenRecord[] {
    this.source.stop();
    return this.read();
  }

  [Symbol.dispose](): void {
    this.source.close();
  }
}

/** The native session that `open` makes: it is asked for its memory. */
function nativeOf(open: () => void): NativeSession {
  const { memory } = NativeSession.prototype;
  const asked = new Set<NativeSession>();
  NativeSession.prototype.memory = function (this: NativeSession, which) {
    asked.add(this);
    return memory.call(this, which);
  };
  try {
    open();
  } finally {
    NativeSession.prototype.memory = memory;
  }
  const [native] = asked;
  return native!;
}
