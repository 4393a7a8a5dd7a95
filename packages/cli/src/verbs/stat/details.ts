import { isDeepStrictEqual } from 'node:util';
import type { Support } from '@hftmon/core';
import type {
  FalseSharingReport,
  HFTResourceMonitor,
  NUMAStats,
  PriorityInversion,
  Recommendation,
  ThreadSchedulingInfo,
} from '@hftmon/monitor';

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
  readonly cache?: { readonly falseSharing: FalseSharingReport };
  readonly numa?: {
    readonly nodes: Sourced<NUMAStats>;
    readonly recommendations: readonly Recommendation[];
  };
  readonly sched?: {
    readonly threads: Sourced<ThreadSchedulingInfo>;
    readonly priorityInversions: readonly PriorityInversion[];
  };
}

/** @param open - names of the collectors that were open */
export function collectorDetails(
  monitor: HFTResourceMonitor,
  pid: number,
  open: ReadonlySet<string>,
): CollectorDetails {
  return {
    ...(open.has('cache') && {
      cache: { falseSharing: monitor.getCacheMetrics({ pid, percentiles: [] }).falseSharing },
    }),
    ...(open.has('numa') && {
      numa: {
        nodes: withCommonSources(monitor.getNumaStats({ pid })),
        recommendations: monitor.getRecommendations().filter((advice) => advice.pid === pid),
      },
    }),
    ...(open.has('sched') && {
      sched: {
        threads: withCommonSources(monitor.getThreadSchedulingInfo({ pid })),
        priorityInversions: monitor.getPriorityInversions({ pid }),
      },
    }),
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
