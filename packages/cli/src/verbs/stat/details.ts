import { isDeepStrictEqual } from 'node:util';
import type { Support } from '@hftmon/core';
import {
  spikeToJson,
  type AttributeChange,
  type CoalescingInfo,
  type DeferredWorkInfo,
  type FalseSharingReport,
  type HFTResourceMonitor,
  type InterruptAffinity,
  type NUMAStats,
  type PriorityInversion,
  type Recommendation,
  type SpanReport,
  type SpikeJson,
  type ThreadSchedulingInfo,
  type ThrottlingInfo,
  type TickInfo,
  type TlbSender,
} from '@hftmon/monitor';
import { topAdvice } from '../../format/top-advice.js';

/** Items of one kind, with the sources that they have in common told once. */
export interface Sourced<Item> {
  readonly sources: Readonly<Record<string, Support>>;
  /** Of an item's own sources those that are others. */
  readonly items: readonly (Omit<Item, 'sources'> & {
    readonly sources?: Readonly<Record<string, Support>>;
  })[];
}

/** What collectors found of one process besides the values of their metrics. */
export interface CollectorDetails {
  readonly irq?: InterruptDetails;
  readonly cache?: { readonly falseSharing: FalseSharingReport };
  readonly numa?: {
    readonly nodes: Sourced<NUMAStats>;
    readonly recommendations: readonly Recommendation[];
  };
  readonly sched?: SchedulingDetails;
  readonly latency?: {
    /** What would win back most of the time that the spikes took. */
    readonly recommendations: readonly Recommendation[];
    /** Of the run, at most three, the longest first, as `hftmon spikes` gives them. */
    readonly longestSpikes: readonly SpikeJson[];
    /** The process's own work; only if it marks any, or is probed. */
    readonly spans?: SpanReport;
  };
}

export interface SchedulingDetails {
  readonly threads: Sourced<ThreadSchedulingInfo>;
  readonly priorityInversions: readonly PriorityInversion[];
  readonly attributeChanges: readonly AttributeChange[];
  readonly throttling?: ThrottlingInfo;
}

/** The senders are those that hit the process; the rest is of the host and all watched processes. */
export interface InterruptDetails {
  readonly affinity: readonly InterruptAffinity[];
  readonly coalescing: readonly CoalescingInfo[];
  readonly deferredWork: DeferredWorkInfo;
  readonly ticks: readonly TickInfo[];
  readonly tlbSenders: readonly TlbSender[];
}

/** Spikes that are shown with their receipts. */
const LONGEST_SPIKES = 3;

/** @param open - names of the collectors that were open */
export function collectorDetails(
  monitor: HFTResourceMonitor,
  pid: number,
  open: ReadonlySet<string>,
): CollectorDetails {
  return {
    ...(open.has('irq') && { irq: interruptDetails(monitor, pid) }),
    ...(open.has('cache') && {
      cache: { falseSharing: monitor.getCacheMetrics({ pid, percentiles: [] }).falseSharing },
    }),
    ...(open.has('numa') && {
      numa: {
        nodes: withCommonSources(monitor.getNumaStats({ pid })),
        recommendations: monitor
          .getRecommendations()
          .filter((advice) => advice.collector === 'numa' && advice.pid === pid),
      },
    }),
    ...(open.has('sched') && { sched: schedulingDetails(monitor, pid) }),
    ...(open.has('latency') && {
      latency: {
        recommendations: topAdvice(monitor, pid),
        longestSpikes: monitor
          .detectLatencySpikes({ pid, longest: LONGEST_SPIKES })
          .map((spike) => spikeToJson(spike)),
        ...spanDetails(monitor, pid),
      },
    }),
  };
}

function spanDetails(monitor: HFTResourceMonitor, pid: number): { readonly spans?: SpanReport } {
  const spans = monitor.getSpans({ pid });
  const { origins, refused, probes } = spans;
  return origins.length + refused.length + probes.length > 0 ? { spans } : {};
}

function interruptDetails(monitor: HFTResourceMonitor, pid: number): InterruptDetails {
  return {
    affinity: monitor.getInterruptAffinity(),
    coalescing: monitor.getInterruptCoalescing(),
    deferredWork: monitor.getDeferredWork(),
    ticks: monitor.getTicks(),
    tlbSenders: monitor.getTlbSenders({ pid }),
  };
}

function schedulingDetails(monitor: HFTResourceMonitor, pid: number): SchedulingDetails {
  const throttling = monitor.getThrottling(pid);
  return {
    threads: withCommonSources(monitor.getThreadSchedulingInfo({ pid })),
    priorityInversions: monitor.getPriorityInversions({ pid }),
    attributeChanges: monitor.getSchedulingChanges({ pid }),
    ...(throttling === undefined ? {} : { throttling }),
  };
}

/** Every thread would say the same a dozen times. */
function withCommonSources<Item extends { readonly sources: Readonly<Record<string, Support>> }>(
  all: readonly Item[],
): Sourced<Item> {
  const common = all[0]?.sources ?? {};
  const items = all.map(({ sources, ...rest }) => {
    const own = Object.entries(sources).filter(
      ([field, source]) => !isDeepStrictEqual(source, common[field]),
    );
    return own.length === 0 ? rest : { ...rest, sources: Object.fromEntries(own) };
  });
  return { sources: common, items };
}
