import { isDeepStrictEqual } from 'node:util';
import type { Support, ThreadTotals } from '@hftmon/core';
import type { CollectorReport, HFTResourceMonitor, NotObserved } from '@hftmon/monitor';
import type { CommandEnd } from '../../run/launched-command.js';
import { collectorDetails, type CollectorDetails } from './details.js';
import { threadEntry, type ThreadEntry } from './thread-entry.js';

/** A collector in the document. */
export interface CollectorEntry {
  /** `null` when this host cannot serve it. */
  readonly tier: string | null;
  readonly source: string | null;
  /** What it does without, or why it is not there. */
  readonly reason?: string;
  readonly remedy?: string;
  /** By the names of its metrics. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** Metrics whose source is another than that of the collector, or that are missing. */
  readonly sources?: Readonly<Record<string, MetricEntry>>;
  /** Records that it never saw. */
  readonly lost: number;
}

/** Where a metric comes from; `null` and the reason where there is none. */
export interface MetricEntry {
  readonly tier: string | null;
  readonly source: string | null;
  readonly reason?: string;
  readonly remedy?: string;
}

/** What `hftmon stat --json` prints for a process. */
export interface StatDocument {
  readonly schema: 'hftmon.stat/1';
  readonly type: 'stat';
  readonly pid: number;
  /** The launched command and how it ended. */
  readonly command?: { readonly words: readonly string[] } & CommandEnd;
  readonly durationNs: number;
  /** Of the process, ended ones included; empty when no collector uses kernel events. */
  readonly threads: readonly ThreadEntry[];
  /** Over all processes that were watched. */
  readonly collectors: Readonly<Record<string, CollectorEntry>>;
  /** Of the process, by collector: what they found besides the values of their metrics. */
  readonly details: CollectorDetails;
  /** Causes of spikes that could not be seen on this host. */
  readonly notObserved: readonly NotObserved[];
  readonly losses: LossEntry;
}

/** Fate of all events: seen = emitted + filtered + dropped. */
export interface LossEntry {
  readonly seen: number;
  readonly emitted: number;
  readonly filtered: number;
  readonly dropped: number;
}

export interface StatInput {
  readonly monitor: HFTResourceMonitor;
  readonly pid: number;
  readonly durationNs: number;
  readonly command?: ({ readonly words: readonly string[] } & CommandEnd) | undefined;
}

/** The document of one process. */
export function statDocument({ monitor, pid, durationNs, command }: StatInput): StatDocument {
  const threads = [...monitor.getThreadTotals(pid)].sort(byTid);
  const open = monitor.getCollectorStats().filter(({ state }) => OPEN.has(state));
  return {
    schema: 'hftmon.stat/1',
    type: 'stat',
    pid,
    ...(command === undefined ? {} : { command }),
    durationNs,
    threads: threads.map(threadEntry),
    collectors: collectorEntries(monitor.getCollectorReports()),
    details: collectorDetails(monitor, pid, new Set(open.map(({ name }) => name))),
    notObserved: monitor.notObservedCauses(),
    losses: lossEntry(monitor),
  };
}

/** States of a collector that can be asked. */
const OPEN: ReadonlySet<string> = new Set(['open', 'closed']);

/** Collectors by name. */
export function collectorEntries(
  reports: readonly CollectorReport[],
): Record<string, CollectorEntry> {
  return Object.fromEntries(reports.map((report) => [report.name, collectorEntry(report)]));
}

export function lossEntry(monitor: HFTResourceMonitor): LossEntry {
  const { seen, emitted, filtered, dropped } = monitor.getLosses();
  return { seen, emitted, filtered, dropped };
}

function collectorEntry({ support, metrics, sources, lost }: CollectorReport): CollectorEntry {
  const own = Object.fromEntries(
    [...sources]
      .filter(([, source]) => !isDeepStrictEqual(source, support))
      .map(([name, source]) => [name, metricEntry(source)]),
  );
  const withOwn = Object.keys(own).length === 0 ? {} : { sources: own };
  return { ...metricEntry(support), metrics, ...withOwn, lost };
}

function metricEntry(support: Support): MetricEntry {
  if (!support.ok) {
    const { reason, remedy } = support;
    return { tier: null, source: null, reason, remedy };
  }
  const { tier, source, degraded, remedy } = support;
  return {
    tier,
    source,
    ...(degraded !== undefined && { reason: degraded }),
    ...(remedy !== undefined && { remedy }),
  };
}

function byTid(a: ThreadTotals, b: ThreadTotals): number {
  return a.tid - b.tid;
}
