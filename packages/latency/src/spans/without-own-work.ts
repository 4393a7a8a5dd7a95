import type { SlowSpan, SpanPart } from '../types/span.js';

type Unexplained = Extract<SpanPart, { readonly cause: 'unexplained' }>;

/** The span as it is known now that not all of it was observed: what was its own work is unexplained. */
export function withoutOwnWork(
  span: SlowSpan,
  notRuledOut: Unexplained['details']['notRuledOut'],
): SlowSpan {
  const { durationNs, parts, unexplainedNs } = span.receipt;
  const ownNs = parts.find(({ cause }) => cause === 'span')?.ns ?? 0;
  if (ownNs === 0) return { ...span, incomplete: true };
  const unexplained = parts.find((part): part is Unexplained => part.cause === 'unexplained');
  const all: SpanPart[] = parts.filter(({ cause }) => cause !== 'span' && cause !== 'unexplained');
  all.push({
    cause: 'unexplained',
    causeClass: 'unknown',
    ns: unexplainedNs + ownNs,
    details: { notRuledOut, ...unexplained?.details, betweenNs: ownNs },
  });
  all.sort((a, b) => b.ns - a.ns);
  const receipt = { durationNs, parts: all, unexplainedNs: unexplainedNs + ownNs };
  return { ...span, incomplete: true, receipt };
}
