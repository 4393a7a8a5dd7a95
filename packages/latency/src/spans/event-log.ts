import {
  RecordKind,
  kindAt,
  markId,
  markName,
  markValue,
  spanId,
  spanName,
  spanOrigin,
  spanValue,
  timestampAt,
} from '@hftmon/core';
import type { SpanEvent } from '../types/span.js';

/** Events remembered, for the spans of their ids. */
const KEPT = 4096;

/** Origin of events that `monitor.mark` wrote. */
const OF_MONITOR = 0;

/** What gives events their names. */
export interface EventNames {
  readonly mark: (nameId: number) => string | undefined;
  readonly instant: (origin: number, nameId: number) => string | undefined;
}

/** The latest events that have an id. Hot path: typed arrays alone. */
export class EventLog {
  readonly #ids = new Float64Array(KEPT);
  readonly #times = new Float64Array(KEPT);
  readonly #values = new Float64Array(KEPT);
  readonly #origins = new Uint32Array(KEPT);
  readonly #names = new Uint32Array(KEPT);
  readonly #resolve: EventNames;
  #count = 0;

  constructor(names: EventNames) {
    this.#resolve = names;
  }

  /** Takes a Mark record, or a Span record that is an instant. */
  add(u32: Uint32Array, f64: Float64Array, base: number): void {
    const isMark = kindAt(u32, base) === RecordKind.Mark;
    const id = isMark ? markId(u32, base) : spanId(u32, base);
    if (id === 0) return;
    const i = this.#count++ % KEPT;
    this.#ids[i] = id;
    this.#times[i] = timestampAt(f64, base);
    this.#values[i] = isMark ? markValue(u32, base) : spanValue(u32, base);
    this.#origins[i] = isMark ? OF_MONITOR : spanOrigin(u32, base);
    this.#names[i] = isMark ? markName(u32, base) : spanName(u32, base);
  }

  /** Events of an id, in the order of time: those of `monitor.mark`, and of one origin. */
  of(id: number, origin: number): SpanEvent[] {
    if (id === 0) return [];
    const events: SpanEvent[] = [];
    for (let i = 0; i < Math.min(this.#count, KEPT); i++) {
      const from = this.#origins[i]!;
      if (this.#ids[i] === id && (from === OF_MONITOR || from === origin)) {
        events.push(this.#event(i));
      }
    }
    return events.sort((a, b) => a.timestampNs - b.timestampNs);
  }

  #event(i: number): SpanEvent {
    const origin = this.#origins[i]!;
    const isMark = origin === OF_MONITOR;
    const nameId = this.#names[i]!;
    const name = isMark ? this.#resolve.mark(nameId) : this.#resolve.instant(origin, nameId);
    return {
      name: name ?? '',
      timestampNs: this.#times[i]!,
      value: this.#values[i]!,
      type: isMark ? 'mark' : 'instant',
    };
  }
}
