import type { SlowSpan } from '../types/span.js';

/** Name and version of the form that {@link spanToJson} gives. */
export const SPAN_SCHEMA = 'hftmon.span/1';

/** A slow span as one JSON object; times in ns but `durationUs` and `budgetUs`. */
export type SpanJson = { readonly schema: typeof SPAN_SCHEMA; readonly type: 'span' } & Omit<
  SlowSpan,
  'timestamp'
>;

/** The JSON of a slow span, the same for every output. */
export function spanToJson({ timestamp, ...span }: SlowSpan): SpanJson {
  void timestamp;
  return { schema: SPAN_SCHEMA, type: 'span', ...span };
}
