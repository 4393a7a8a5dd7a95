import { RecordKind, SpanSource, type SpanOrigins } from '@hftmon/core';
import type { FakeRecord } from '@hftmon/testkit';
import { PID, TID } from './records.js';

export const ORIGIN = 3;
const NAMES = ['(other names)', 'order', 'risk'];

export interface SpanFields {
  readonly from: number;
  readonly to: number;
  readonly name?: number;
  readonly id?: number;
  readonly tid?: number;
  readonly depth?: number;
  readonly flags?: number;
  readonly origin?: number;
  /** Default: the application. */
  readonly source?: number;
}

/** A span that the application marked. */
export function span(fields: SpanFields): FakeRecord {
  const { source = SpanSource.Marker } = fields;
  const { from, to, name = 1, id = 0, tid = TID, depth = 0, flags = 0, origin = ORIGIN } = fields;
  return {
    kind: RecordKind.Span,
    tid,
    cpu: 0xffff,
    timestampNs: from,
    durationNs: to - from,
    words: [source | (depth << 8) | (flags << 16), origin, name, id, 0, 0, 0],
  };
}

/** A mark that the monitor's own process made. */
export function mark(at: number, id: number): FakeRecord {
  return { kind: RecordKind.Mark, timestampNs: at, words: [0, id, 0, 0, 0] };
}

/** One area of marks, with the names that `span` uses. */
export const fakeOrigins: SpanOrigins = {
  list: () => [],
  refused: () => [],
  probes: () => [],
  pidOf: (origin) => (origin === ORIGIN ? PID : undefined),
  nameOf: (origin, name) => (origin === ORIGIN ? NAMES[name] : undefined),
  countsOf: () => ({ spans: 0, open: 2, errors: 1 }),
};
