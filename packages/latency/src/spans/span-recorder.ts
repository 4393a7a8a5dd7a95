import {
  SpanFlag,
  SpanSource,
  durationAt,
  spanDepth,
  spanFlags,
  spanId,
  spanName,
  spanOrigin,
  spanSource,
  spanValue,
  tidAt,
  timestampAt,
  type SessionClock,
  type SpanOrigins,
} from '@hftmon/core';
import type { ThreadTrack } from '../detect/thread-track.js';
import type { Scene } from '../receipt/scene.js';
import type { SpanBudgets } from '../options/span-budgets.js';
import type { SlowSpan, SpanSourceName } from '../types/span.js';
import type { EventLog } from './event-log.js';
import { SpanBook } from './span-book.js';
import { writeSpanReceipt } from './span-receipt.js';
import { withoutOwnWork } from './without-own-work.js';

const SOURCE_NAMES: Readonly<Record<number, SpanSourceName>> = {
  [SpanSource.Marker]: 'marker',
  [SpanSource.Uprobe]: 'uprobe',
  [SpanSource.Usdt]: 'usdt',
  [SpanSource.EventLoop]: 'event_loop',
};
/** Names of one origin, in the number that stands for both. */
const NAMES_PER_ORIGIN = 1024;
/** Names that are told apart, of all origins together; an area has room for 1024. */
const MOST_BOOKS = 4096;
/** Spans over their budgets that are kept. */
const MOST_SLOW = 1024;
/** Receipts written in one delivery: a budget that is too small must not hold up the rest. */
const MOST_RECEIPTS = 256;

/** Intervals of a thread whose spans last long are kept longer, up to that, ns. */
const LONGEST_KEPT_NS = 60e9;

/** What receipts of spans are written from. */
export interface SpanParts {
  readonly budgets: SpanBudgets;
  readonly clock: SessionClock;
  readonly origins: () => SpanOrigins | undefined;
  readonly events: EventLog;
  /** The thread, if it is one of that process. */
  readonly trackOf: (tid: number, pid: number) => ThreadTrack | undefined;
  readonly sceneOf: (track: ThreadTrack, pid: number) => Scene;
  readonly commOf: (pid: number, tid: number, atNs: number) => string;
  /** Was the thread observed in all of that time? */
  readonly observed: (fromNs: number, toNs: number) => boolean;
  /** Hears of spans over their budgets. */
  readonly onSlow: (span: SlowSpan) => void;
}

/** Sums up spans by name, and writes receipts of the slow ones. */
export class SpanRecorder {
  readonly #parts: SpanParts;
  readonly #books = new Map<number, SpanBook>();
  readonly #slow: SlowSpan[] = [];
  /** Receipts written since the last {@link begin}. */
  #receipts = 0;
  #withheld = 0;
  #unlisted = 0;
  /** Of the spans that are kept. */
  readonly #originOf = new WeakMap<SlowSpan, number>();
  readonly #notRuledOut = new WeakMap<SlowSpan, Scene['notRuledOut']>();

  constructor(parts: SpanParts) {
    this.#parts = parts;
  }

  get books(): Iterable<SpanBook> {
    return this.#books.values();
  }

  /** Spans over their budgets, the latest ones. */
  get slow(): readonly SlowSpan[] {
    return this.#slow;
  }

  get withheld(): number {
    return this.#withheld;
  }

  /** Spans and instants whose names found no room. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** The span with what was said with its id since, too. */
  withLaterEvents(span: SlowSpan): SlowSpan {
    const events = this.#parts.events.of(span.id, this.#originOf.get(span)!);
    return events.length > span.events.length ? { ...span, events } : span;
  }

  /**
   * Marks the spans that overlap a time in which records were lost; they claim no work of their own any
   * more. @returns those that were over their budgets, as they were told
   */
  markIncomplete(fromNs: number, toNs: number): SlowSpan[] {
    const told = new Set(this.#slow);
    const kept = new Set(told);
    for (const book of this.books) for (const span of book.slowest) kept.add(span);
    const marked = [...kept].filter(
      ({ timestampNs, durationNs, incomplete }) =>
        incomplete !== true && timestampNs <= toNs && timestampNs + durationNs >= fromNs,
    );
    for (const span of marked) this.#replace(span, told.has(span));
    return marked.filter((span) => told.has(span));
  }

  #replace(span: SlowSpan, told: boolean): void {
    const now = withoutOwnWork(span, this.#notRuledOut.get(span) ?? []);
    this.#originOf.set(now, this.#originOf.get(span)!);
    for (const book of this.books) book.replace(span, now);
    if (told) this.#slow[this.#slow.indexOf(span)] = now;
  }

  /** A delivery begins. */
  begin(): void {
    this.#receipts = 0;
  }

  /** Hot path: no allocation but at the first span of a name, and for slow ones. */
  take(u32: Uint32Array, f64: Float64Array, base: number): void {
    const key = spanOrigin(u32, base) * NAMES_PER_ORIGIN + spanName(u32, base);
    const book = this.#books.get(key) ?? this.#open(key, u32, base);
    if (book === undefined) {
      this.#unlisted++;
      return;
    }
    if ((spanFlags(u32, base) & SpanFlag.Instant) !== 0) {
      book.instants++;
      this.#parts.events.add(u32, f64, base);
      return;
    }
    const durationNs = durationAt(f64, base);
    book.durations.record(durationNs);
    const over = durationNs > book.budgetNs;
    if (over) book.overBudget++;
    if (over || book.isSlow(durationNs)) this.#write(book, over, u32, f64, base);
  }

  /** @returns `undefined` for spans of an origin that never was, and when there are too many names */
  #open(key: number, u32: Uint32Array, base: number): SpanBook | undefined {
    if (this.#books.size >= MOST_BOOKS) return undefined;
    const origins = this.#parts.origins();
    const origin = spanOrigin(u32, base);
    const nameId = spanName(u32, base);
    const pid = origins?.pidOf(origin);
    if (pid === undefined || nameId >= NAMES_PER_ORIGIN) return undefined;
    const name = origins?.nameOf(origin, nameId) ?? `name ${nameId}`;
    const source = SOURCE_NAMES[spanSource(u32, base)] ?? 'marker';
    const budgetNs = this.#parts.budgets.of(name, source === 'event_loop');
    const book = new SpanBook({ pid, origin, nameId, name, source, budgetNs });
    this.#books.set(key, book);
    return book;
  }

  #write(book: SpanBook, over: boolean, u32: Uint32Array, f64: Float64Array, base: number): void {
    if (this.#receipts >= MOST_RECEIPTS) {
      this.#withheld++;
      return;
    }
    this.#receipts++;
    const span = this.#describe(book, over, u32, f64, base);
    this.#originOf.set(span, book.origin);
    book.keep(span);
    if (!over) return;
    if (this.#slow.length === MOST_SLOW) this.#slow.shift();
    this.#slow.push(span);
    this.#parts.onSlow(span);
  }

  #describe(
    book: SpanBook,
    over: boolean,
    u32: Uint32Array,
    f64: Float64Array,
    base: number,
  ): SlowSpan {
    const { clock, events, trackOf, sceneOf, commOf, observed } = this.#parts;
    const tid = tidAt(u32, base);
    const timestampNs = timestampAt(f64, base);
    const durationNs = durationAt(f64, base);
    const endNs = timestampNs + durationNs;
    const flags = spanFlags(u32, base);
    const track = trackOf(tid, book.pid);
    const cut = track !== undefined && track.log.lostUntilNs >= timestampNs;
    const began = (flags & SpanFlag.BeganBefore) === 0;
    const whole = track !== undefined && !cut && began && observed(timestampNs, endNs);
    // The next one like it shall be whole.
    if (cut) track.log.keep(Math.min(LONGEST_KEPT_NS, 2 * durationNs));
    const scene = track === undefined ? undefined : sceneOf(track, book.pid);
    const receipt =
      scene === undefined
        ? unobserved(durationNs)
        : writeSpanReceipt(scene, timestampNs, endNs, whole);
    const id = spanId(u32, base);
    const span: SlowSpan = {
      name: book.name,
      id,
      value: spanValue(u32, base),
      source: book.source,
      pid: book.pid,
      tid,
      comm: commOf(book.pid, tid, timestampNs),
      depth: spanDepth(u32, base),
      timestamp: clock.toDate(timestampNs),
      timestampNs,
      monotonicNs: Number(clock.toMonotonicNs(timestampNs)),
      durationUs: durationNs / 1000,
      durationNs,
      ...(over ? { budgetUs: book.budgetNs / 1000 } : {}),
      ...((flags & SpanFlag.Overlapping) === 0 ? {} : { overlapping: true }),
      ...(whole ? {} : { incomplete: true }),
      ...(cut || scene?.truncated === true ? { truncated: true } : {}),
      receipt,
      events: events.of(id, book.origin),
    };
    if (scene !== undefined) this.#notRuledOut.set(span, scene.notRuledOut);
    return span;
  }
}

/** Of a thread that nobody looks at: nothing is claimed. */
function unobserved(durationNs: number): SlowSpan['receipt'] {
  const details = { betweenNs: durationNs, notRuledOut: [] };
  return {
    durationNs,
    parts: [{ cause: 'unexplained', causeClass: 'unknown', ns: durationNs, details }],
    unexplainedNs: durationNs,
  };
}
