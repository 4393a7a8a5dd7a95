import {
  exactPercentile,
  percentilesOf,
  policyName,
  type CollectorContext,
  type LogLinearHistogram,
  type Support,
} from '@hftmon/core';
import { decodeAttributes } from '@hftmon/perf-native';
import type { InversionFinder } from './inversion/inversion-finder.js';
import { loggedChain, presentChain } from './inversion/inversion-info.js';
import { Link } from './inversion/inversion-log.js';
import { findPeriod } from './periods/period.js';
import { absent, present } from './support.js';
import { Sum, type ThreadTrack } from './threads/thread-track.js';
import type {
  ChainLink,
  LatencyDistribution,
  SchedulingField,
  ThreadSchedulingInfo,
} from './types.js';
import type { ProcessUsage, ThreadRow } from './usage/process-usage.js';

/** Percentile that stands for the jitter of a periodic thread. */
const JITTER_PERCENT = 99;

/** What an answer is built from besides the thread itself. */
export interface InfoContext extends Pick<CollectorContext, 'clock' | 'source'> {
  /** Infinity without a window. */
  readonly windowNs: number;
  readonly percentiles: readonly number[];
  readonly finder: InversionFinder;
  /** Shortest time between two looks at the attributes, ms. */
  readonly attributesIntervalMs: number;
  /** The kernel tells of lent priorities. */
  readonly seesLentPriorities: boolean;
}

/** Builds the answer for one thread of a process. */
export function threadInfo(
  row: ThreadRow,
  usage: ProcessUsage,
  context: InfoContext,
): ThreadSchedulingInfo {
  const { totals, track } = row;
  const { clock } = context;
  const { nowNs } = usage;
  const attributes = track?.isKnown === true ? decodeAttributes(track.attributes) : undefined;
  const wakeUps = wakeUpsOf(row, usage, context.percentiles);
  const times = timesOf(row, usage);
  const rhythm = rhythmOf(track, usage, context);
  const chain = track === undefined ? undefined : chainOf(track, nowNs, context);
  const count = (sum: number): number | undefined => track?.sums[sum];
  const us = (sum: number): number | undefined =>
    track === undefined ? undefined : track.sums[sum]! / 1e3;
  return {
    timestamp: clock.toDate(nowNs),
    timestampNs: nowNs,
    pid: totals.pid,
    tid: totals.tid,
    comm: totals.comm,
    state: totals.state,
    schedulingClass: attributes === undefined ? undefined : policyName(attributes.policy),
    priority: attributes?.priority,
    niceValue: attributes?.nice,
    ...(attributes?.deadline !== undefined && { deadline: attributes.deadline }),
    cpuAffinity: attributes?.affinity,
    attributeChanges: attributes === undefined ? undefined : count(Sum.AttributeChanges),
    ...times.fields,
    ...wakeUps.fields,
    ...rhythm.fields,
    priorityInversions: count(Sum.Inversions),
    priorityInversionUs: us(Sum.InversionNs),
    ...(chain !== undefined && { priorityInheritanceChain: chain }),
    realtimeThrottled: count(Sum.RealtimeThrottled),
    realtimeThrottledUs: us(Sum.RealtimeThrottledNs),
    sources: {
      ...attributeSources(track, context),
      ...times.sources,
      ...wakeUps.sources,
      schedulingJitterUs: rhythm.source,
      ...inversionSources(track, chain, context),
    },
  };
}

const WAKE_UPS = 'BPF: records of sched_waking, sched_switch';

const UNTRACKED = absent(
  'the thread ended so long ago, or there are so many, that nothing but its totals is kept',
  'ask while it runs',
);

/** There is no such thread (any more). */
const ESRCH = 3;

function attributeSources(track: ThreadTrack | undefined, { attributesIntervalMs }: InfoContext) {
  const calls = `sched_getattr(2), sched_getaffinity(2) every ${attributesIntervalMs} ms`;
  const source = track?.isKnown === true ? present('kernel', calls) : whyUnknown(track?.errno);
  return { schedulingClass: source, priority: source, niceValue: source, cpuAffinity: source };
}

function whyUnknown(errno = ESRCH): Support {
  if (errno === 0 || errno === ESRCH) {
    return absent('the thread ended before it was looked at', 'ask while it runs');
  }
  return absent(
    `the kernel refuses to tell its attributes (errno ${errno})`,
    'run as root, and check what the security module denies',
  );
}

function timesOf({ usage }: ThreadRow, { source, cpuNs }: ProcessUsage) {
  const sources = (support: Support) => ({
    cpuTimeUs: support,
    waitTimeUs: support,
    cpuShare: support,
  });
  if (usage === undefined) {
    const fields = {
      cpuTimeUs: undefined,
      waitTimeUs: undefined,
      windowUs: undefined,
      cpuShare: undefined,
    };
    return { fields, sources: sources(source.ok ? UNTRACKED : source) };
  }
  const fields = {
    cpuTimeUs: usage.cpuNs / 1e3,
    waitTimeUs: usage.waitNs / 1e3,
    windowUs: usage.windowNs / 1e3,
    cpuShare: cpuNs === 0 ? 0 : usage.cpuNs / cpuNs,
  };
  return { fields, sources: sources(source) };
}

function wakeUpsOf(
  { track, usage }: ThreadRow,
  { isWindow, source }: ProcessUsage,
  percentiles: readonly number[],
) {
  const sources = (support: Support) => ({ wakeUpLatencyUs: support, queueDepthAtWakeUp: support });
  if (isWindow ? usage === undefined : track === undefined) {
    const fields = { wakeUpLatencyUs: undefined, queueDepthAtWakeUp: undefined };
    return { fields, sources: sources(source.ok ? UNTRACKED : source) };
  }
  const fields = isWindow
    ? {
        wakeUpLatencyUs: exactLatency(usage!.latenciesNs, percentiles),
        queueDepthAtWakeUp: usage!.depths.distribution(percentiles),
      }
    : {
        wakeUpLatencyUs: latencyOf(track!.latency, percentiles),
        queueDepthAtWakeUp: track!.depths.distribution(percentiles),
      };
  return { fields, sources: sources(present('kernel', WAKE_UPS)) };
}

function latencyOf(
  histogram: LogLinearHistogram,
  percentiles: readonly number[],
): LatencyDistribution {
  const { count, min, max, mean, relativeError } = histogram;
  const us = (ns: number | undefined): number | undefined =>
    ns === undefined ? undefined : ns / 1e3;
  return {
    count,
    min: us(min),
    max: us(max),
    mean: us(mean),
    relativeError,
    percentiles: percentilesOf(histogram, percentiles).map(({ percent, value }) => ({
      percent,
      value: us(value),
    })),
  };
}

function exactLatency(
  latenciesNs: readonly number[],
  percentiles: readonly number[],
): LatencyDistribution {
  const sorted = latenciesNs.map((ns) => ns / 1e3).sort((a, b) => a - b);
  const count = sorted.length;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    count,
    min: sorted[0],
    max: sorted.at(-1),
    mean: count === 0 ? undefined : sum / count,
    relativeError: 0,
    percentiles: percentiles.map((percent) => ({
      percent,
      value: exactPercentile(sorted, percent),
    })),
  };
}

function rhythmOf(
  track: ThreadTrack | undefined,
  { fromNs }: ProcessUsage,
  { percentiles }: InfoContext,
) {
  const none = { schedulingJitterUs: undefined };
  if (track === undefined) return { fields: none, source: UNTRACKED };
  const found = findPeriod(track.wakeUps, fromNs, [...percentiles, JITTER_PERCENT]);
  if (typeof found === 'string') {
    return { fields: none, source: absent(found, 'only periodic threads have a period jitter') };
  }
  const jitter = found.jitterUs.at(-1)!;
  const period = { ...found, jitterUs: found.jitterUs.slice(0, -1) };
  return {
    fields: { period, schedulingJitterUs: jitter.value },
    source: present('kernel', 'BPF: wake-ups in records of sched_waking, sched_switch'),
  };
}

/** The chain of the present wait, else of the latest inversion that is still kept. */
function chainOf(
  track: ThreadTrack,
  nowNs: number,
  { finder, source }: InfoContext,
): readonly ChainLink[] | undefined {
  const { log, lentWaits } = finder;
  const now = presentChain(lentWaits, track.tid, nowNs, source.tasks);
  if (now !== undefined && !track.hasEnded) return now;
  for (let i = log.count - 1; i >= 0 && track.sums[Sum.Inversions]! > 0; i--) {
    if (log.link(i, 0, Link.Tid) === track.tid) return loggedChain(log, i, source.tasks);
  }
  return undefined;
}

function inversionSources(
  track: ThreadTrack | undefined,
  chain: readonly ChainLink[] | undefined,
  { seesLentPriorities }: InfoContext,
): Pick<
  Record<SchedulingField, Support>,
  'priorityInversions' | 'priorityInheritanceChain' | 'realtimeThrottled'
> {
  if (track === undefined) {
    return {
      priorityInversions: UNTRACKED,
      priorityInheritanceChain: UNTRACKED,
      realtimeThrottled: UNTRACKED,
    };
  }
  const switches = 'records of sched_waking, sched_switch';
  const inversions = seesLentPriorities
    ? present('kernel', `BPF: sched_pi_setprio; ${switches}`)
    : present('kernel', `BPF: ${switches}`, 'priorities that are lent are not seen');
  return {
    priorityInversions: inversions,
    priorityInheritanceChain:
      chain === undefined
        ? absent(
            'it waits for no weaker thread, and has not since it was attached',
            'nothing to do',
          )
        : inversions,
    realtimeThrottled: present('kernel', `BPF: ${switches}`),
  };
}
