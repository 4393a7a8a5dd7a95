import {
  RECORD_WORDS,
  RecordKind,
  kindAt,
  markName,
  spanName,
  spanOrigin,
  type RecordBatch,
  type Session,
} from '@hftmon/core';
import type { FlightDictionary } from './flight-types.js';

/** Names of the application's marks and spans that the records refer to. */
export function referredNames(
  { u32, count }: RecordBatch,
  { marks, source }: Session,
): Pick<FlightDictionary, 'marks' | 'spans'> {
  const markNames = new Map<number, string>();
  const spanNames = new Map<string, FlightDictionary['spans'][number]>();
  for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
    const kind = kindAt(u32, base);
    if (kind === RecordKind.Mark) {
      const id = markName(u32, base);
      const name = marks.nameOf(id);
      if (name !== undefined) markNames.set(id, name);
    } else if (kind === RecordKind.Span) {
      const origin = spanOrigin(u32, base);
      const id = spanName(u32, base);
      const key = `${origin} ${id}`;
      if (spanNames.has(key)) continue;
      const name = source.spanOrigins?.nameOf(origin, id);
      const pid = source.spanOrigins?.pidOf(origin);
      if (name === undefined) continue;
      spanNames.set(key, { origin, ...(pid === undefined ? {} : { pid }), id, name });
    }
  }
  return {
    marks: [...markNames].map(([id, name]) => ({ id, name })),
    spans: [...spanNames.values()],
  };
}
