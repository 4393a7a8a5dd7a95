import type { SlowSpan, SpanReport, SpanSummary } from '@hftmon/monitor';
import type { Style } from '../io/style.js';
import { clockTime } from './clock-time.js';
import { spanPartText } from './evidence.js';
import { formatCount, plural } from './plural.js';
import { shortDuration } from './short-duration.js';
import { formatTable, type Column } from './table.js';

/** One readable line of a slow span with its receipt. */
export function spanLine(span: SlowSpan, style: Style): string {
  const { comm, tid, name, id, durationNs, timestamp } = span;
  return [
    style.dim(clockTime(timestamp)),
    `${comm}/${tid}`.padEnd(22),
    style.bold(shortDuration(durationNs).padStart(7)),
    style.bad((id === 0 ? name : `${name} ${id}`).padEnd(20)),
    spanReceiptText(span),
  ].join('  ');
}

/** The parts of a receipt, the largest first. */
function spanReceiptText({ receipt, incomplete, events }: SlowSpan): string {
  const parts = receipt.parts.map(spanPartText).join(' + ');
  const what = events.map(({ name }) => name).join(', ');
  return [
    parts,
    ...(incomplete === true ? ['[not all of it was observed]'] : []),
    ...(what === '' ? [] : [`[${what}]`]),
  ].join(' ');
}

const right = (title: string): Column => ({ title, align: 'right' });

const COLUMNS: readonly Column[] = [
  { title: '  span' },
  right('count'),
  right('p50'),
  right('p99'),
  right('p99.9'),
  right('longest'),
  right('over budget'),
  right('open'),
  right('errors'),
];

/** Spans by name, what was lost of the marks, and the slowest span of each name. */
export function spanReportLines(report: SpanReport): string[] {
  const { spans, slow, origins, refused, probes, withheld, unlisted } = report;
  return [
    ...(spans.length === 0 ? [] : formatTable(COLUMNS, spans.map(row))),
    ...spans.flatMap((span) => slowestLine(span, slow)),
    ...origins.flatMap(({ counts }) => lossLines(counts)),
    ...refused.map(({ refusal }) => `  ${refusal.reason}; ${refusal.remedy}`),
    ...probes.flatMap(({ refusal }) =>
      refusal === undefined ? [] : [`  ${refusal.reason}; ${refusal.remedy}`],
    ),
    ...(withheld === 0 ? [] : [`  ${plural(withheld, 'slow span')} without a receipt: too many`]),
    ...(unlisted === 0 ? [] : [`  ${plural(unlisted, 'span')} of names that found no room`]),
  ];
}

function row(span: SpanSummary): string[] {
  const at = (percentile: number): string => {
    const us = span.percentiles.find((entry) => entry.percentile === percentile)?.us;
    return us === undefined ? '-' : shortDuration(us * 1000);
  };
  return [
    `  ${span.name}`,
    formatCount(span.count === 0 ? span.instants : span.count),
    at(50),
    at(99),
    at(99.9),
    span.maxUs === undefined ? '-' : shortDuration(span.maxUs * 1000),
    span.budgetUs === undefined ? '-' : formatCount(span.overBudget),
    formatCount(span.open),
    formatCount(span.errors),
  ];
}

function slowestLine({ name }: SpanSummary, slow: readonly SlowSpan[]): string[] {
  const own = slow.filter((span) => span.name === name);
  const [first, ...rest] = own;
  if (first === undefined) return [];
  const slowest = rest.reduce((a, b) => (b.durationNs > a.durationNs ? b : a), first);
  const id = slowest.id === 0 ? '' : ` (${slowest.id})`;
  return [
    `  slowest ${name}${id}: ${shortDuration(slowest.durationNs)}: ${spanReceiptText(slowest)}`,
  ];
}

type Counts = SpanReport['origins'][number]['counts'];

/** What went wrong with the marks, in words. */
const TROUBLES: readonly (readonly [keyof Counts, string])[] = [
  ['lost', 'mark was overwritten before it was read|marks were overwritten before they were read'],
  ['garbage', 'mark was none|marks were none'],
  ['unmatchedEnds', 'end had no beginning|ends had no beginning'],
  ['overlapping', 'span overlapped with another|spans overlapped with others'],
  ['tooDeep', 'span was nested too deeply|spans were nested too deeply'],
  ['abandoned', 'span never ended|spans never ended'],
  ['clockErrors', 'mark had an impossible time|marks had impossible times'],
  ['refusedNames', 'use of a name found no room|uses of names found no room'],
  ['refusedThreads', 'thread found no room|threads found no room'],
];

function lossLines(counts: Counts): string[] {
  const troubles = TROUBLES.flatMap(([field, words]) => {
    const [one, many] = words.split('|');
    const count = counts[field];
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`];
  });
  return troubles.length === 0 ? [] : [`  marks: ${troubles.join(', ')}`];
}
