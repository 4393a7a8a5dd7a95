import { expect } from 'vitest';
import {
  RecordKind,
  spanDepth,
  spanFlags,
  spanId,
  spanName,
  spanOrigin,
  spanSource,
  spanValue,
  type SpanOrigin,
} from '@hftmon/core';
import type { Monitor, SeenRecord } from './monitor.js';

/** A SPAN record, taken apart. */
export interface SeenSpan extends SeenRecord {
  readonly name: string | undefined;
  readonly id: number;
  readonly value: number;
  readonly depth: number;
  readonly flags: number;
  readonly source: number;
}

/** The spans that have arrived so far. */
export function seenSpans(monitor: Monitor): SeenSpan[] {
  monitor.read();
  return monitor.of(RecordKind.Span).map((record) => ({
    ...record,
    name: monitor.source.spanOrigins?.nameOf(spanOrigin(record.u32, 0), spanName(record.u32, 0)),
    id: spanId(record.u32, 0),
    value: spanValue(record.u32, 0),
    depth: spanDepth(record.u32, 0),
    flags: spanFlags(record.u32, 0),
    source: spanSource(record.u32, 0),
  }));
}

/** The one area that is read. */
export function onlyOrigin(monitor: Monitor): SpanOrigin {
  const [origin, ...others] = monitor.source.spanOrigins?.list() ?? [];
  expect(others).toEqual([]);
  expect(origin).toBeDefined();
  return origin!;
}
