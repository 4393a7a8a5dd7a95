import type { MetricMeta, RegisteredCollector } from '@hftmon/core';
import { formatCount, plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { formatTable, type Column } from '../../format/table.js';
import { notObservedText } from '../../format/not-observed-text.js';
import { lossText } from '../../format/loss-text.js';
import type { Style } from '../../io/style.js';
import { detailLines } from './details-text.js';
import type { CollectorEntry, StatDocument } from './document.js';
import { metricText } from './metric-text.js';
import type { PercentileEntry, ThreadEntry } from './thread-entry.js';

const right = (title: string): Column => ({ title, align: 'right' });

const COLUMNS: readonly Column[] = [
  right('tid'),
  { title: 'thread' },
  right('on CPU'),
  right('blocked'),
  right('run queue'),
  right('vol. sw.'),
  right('invol. sw.'),
  right('migr.'),
  right('faults'),
  right('interrupts'),
  right('off CPU p50 <'),
  right('p99 <'),
  right('longest <'),
];

/** Threads of a process for people. */
export function processText(document: StatDocument, style: Style): string[] {
  const { pid, threads, durationNs, command } = document;
  const what = command === undefined ? `process ${pid}` : command.words.join(' ');
  const counted = threads.length === 0 ? '' : `${plural(threads.length, 'thread')}, `;
  const lines = [style.bold(`${what}: ${counted}${shortDuration(durationNs)}`)];
  if (command !== undefined) {
    const { exitCode, signal } = command;
    lines.push(signal === null ? `ended with exit code ${exitCode}` : `ended by ${signal}`);
  }
  return [...lines, ...threadTable(threads, style), ...detailLines(document.details)];
}

function threadTable(threads: readonly ThreadEntry[], style: Style): string[] {
  if (threads.length === 0) {
    return ['threads were not counted: none of these collectors uses kernel events'];
  }
  const [title, ...rows] = formatTable(COLUMNS, threads.map(threadRow));
  return ['', style.dim(title!), ...rows];
}

/** What the collectors measured, for people. */
export function collectorText(
  { collectors, losses, notObserved }: StatDocument,
  registered: readonly RegisteredCollector[],
  style: Style,
): string[] {
  const lines: string[] = [];
  for (const { collector } of registered) {
    const { name, metrics } = collector.meta;
    const entry = collectors[name]!;
    lines.push('', `${style.bold(name)} ${style.dim(`(${sourceText(entry)})`)}`);
    lines.push(...metricLines(entry, metrics), ...absentLines(entry));
    if (entry.lost > 0) lines.push(`  ${plural(entry.lost, 'record')} never seen`);
  }
  return [...lines, '', ...notObservedText(notObserved), lossText(losses)];
}

function sourceText({ source, tier, reason, remedy }: CollectorEntry): string {
  if (source === null) return `not available: ${reason}; ${remedy}`;
  return reason === undefined ? `${tier}: ${source}` : `${tier}: ${source}; ${reason}`;
}

function metricLines(entry: CollectorEntry, metrics: readonly MetricMeta[]): string[] {
  const known = metrics.filter(({ name }) => entry.metrics[name] !== undefined);
  const width = Math.max(0, ...known.map(({ name }) => name.length));
  return known.map(
    ({ name, unit }) => `  ${name.padEnd(width)}  ${metricText(entry.metrics[name], unit)}`,
  );
}

/** What is missing, with one line per reason. */
function absentLines({ source, sources = {} }: CollectorEntry): string[] {
  if (source === null) return [];
  const byReason = new Map<string, string[]>();
  for (const [name, metric] of Object.entries(sources)) {
    if (metric.source !== null) continue;
    const reason = `${metric.reason}; ${metric.remedy}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) => `  not available: ${names.join(', ')}: ${reason}`);
}

function threadRow(thread: ThreadEntry): string[] {
  const { faults, irqNs, softirqNs, vectorNs } = thread;
  const interrupts = [irqNs, softirqNs, vectorNs].filter((ns) => ns !== null);
  return [
    thread.tid === 0 ? '' : String(thread.tid),
    thread.comm,
    shortDuration(thread.onCpuNs),
    shortDuration(Math.max(0, thread.offCpuNs - thread.runQueueNs)),
    shortDuration(thread.runQueueNs),
    formatCount(thread.voluntarySwitches),
    formatCount(thread.involuntarySwitches),
    countOr(thread.migrations),
    faults.minor === null ? '-' : formatCount(faults.minor + (faults.major ?? 0)),
    interrupts.length === 0 ? '-' : shortDuration(interrupts.reduce((a, b) => a + b, 0)),
    bound(thread.offCpuPercentiles, 50),
    bound(thread.offCpuPercentiles, 99),
    bound(thread.offCpuPercentiles, 100),
  ];
}

function countOr(count: number | null): string {
  return count === null ? '-' : formatCount(count);
}

function bound(percentiles: readonly PercentileEntry[], percent: number): string {
  const upperNs = percentiles.find((entry) => entry.percent === percent)?.upperNs;
  return typeof upperNs === 'number' ? shortDuration(upperNs) : '-';
}
