import type { SpanOrigins } from '@hftmon/core';
import type { SlowSpan, SpanQuery, SpanReport, SpanSummary } from '../types/span.js';
import type { SpanBook } from './span-book.js';
import type { SpanRecorder } from './span-recorder.js';

const PERCENTILES: readonly number[] = [50, 90, 99, 99.9];

/** The answer to a query. @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a percentile */
export function reportSpans(
  recorder: SpanRecorder | undefined,
  origins: SpanOrigins | undefined,
  query: SpanQuery,
): SpanReport {
  const { pid, name, includeReceipts = true, minDurationUs = 0 } = query;
  const wanted = (of: { readonly pid: number; readonly name: string }): boolean =>
    (pid === undefined || of.pid === pid) && (name === undefined || of.name === name);
  const books = [...(recorder?.books ?? [])].filter(wanted);
  const slow = new Set<SlowSpan>();
  if (includeReceipts && recorder !== undefined) {
    for (const book of books) for (const span of book.slowest) slow.add(span);
    for (const span of recorder.slow) if (wanted(span)) slow.add(span);
  }
  return {
    spans: books.map((book) => summary(book, origins, query.percentiles ?? PERCENTILES)),
    slow: [...slow]
      .filter(({ durationUs }) => durationUs >= minDurationUs)
      .map((span) => recorder!.withLaterEvents(span))
      .sort((a, b) => a.timestampNs - b.timestampNs),
    origins: origins?.list().filter((origin) => pid === undefined || origin.pid === pid) ?? [],
    refused: origins?.refused().filter((marks) => pid === undefined || marks.pid === pid) ?? [],
    probes: origins?.probes().filter((probe) => pid === undefined || probe.pid === pid) ?? [],
    withheld: recorder?.withheld ?? 0,
    unlisted: recorder?.unlisted ?? 0,
  };
}

function summary(
  book: SpanBook,
  origins: SpanOrigins | undefined,
  percentiles: readonly number[],
): SpanSummary {
  const { durations } = book;
  const counts = origins?.countsOf(book.origin, book.nameId);
  const { min, mean, max } = durations;
  return {
    name: book.name,
    pid: book.pid,
    source: book.source,
    count: durations.count,
    instants: book.instants,
    open: counts?.open ?? 0,
    errors: counts?.errors ?? 0,
    ...(min === undefined ? {} : { minUs: min / 1000 }),
    ...(mean === undefined ? {} : { meanUs: mean / 1000 }),
    ...(max === undefined ? {} : { maxUs: max / 1000 }),
    percentiles: percentiles.flatMap((percentile) => {
      const ns = durations.percentile(percentile);
      return ns === undefined ? [] : [{ percentile, us: ns / 1000 }];
    }),
    ...(book.budgetNs === Infinity ? {} : { budgetUs: book.budgetNs / 1000 }),
    overBudget: book.overBudget,
  };
}
