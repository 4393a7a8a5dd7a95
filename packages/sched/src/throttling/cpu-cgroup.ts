import { readFileSync } from 'node:fs';

/** What a control group may use of the CPUs, and how often it was stopped for it. */
export interface CpuCgroup {
  /** Below the root of the hierarchy: `/trading.slice/feed.service`. */
  readonly path: string;
  /** Hierarchy: 1 or 2. */
  readonly version: 1 | 2;
  /** CPU time per period, us; absent: unlimited. */
  readonly quotaUs?: number;
  readonly periodUs?: number;
  /** Periods with something to run, since the group was made. */
  readonly periods: number;
  /** Those of them in which the quota was used up. */
  readonly throttledPeriods: number;
  /** Time that the group's CPUs were kept from running it, added over the CPUs, us. */
  readonly throttledUs: number;
  /** What its real-time threads may use, where the kernel limits them by group (version 1). */
  readonly realtime?: RealtimeLimit;
}

/** CPU time that real-time threads may use. */
export interface RealtimeLimit {
  /** us; absent: unlimited. */
  readonly runtimeUs?: number;
  readonly periodUs: number;
}

/** A group's directory. */
export interface CgroupPlace {
  readonly directory: string;
  readonly path: string;
  readonly version: 1 | 2;
}

/** Reads a group; `undefined` when it is gone, or the CPU controller is not enabled for it. */
export function readCpuCgroup(place: CgroupPlace): CpuCgroup | undefined {
  const stat = keyValues(read(`${place.directory}/cpu.stat`));
  const limit = place.version === 2 ? limitOfV2(place.directory) : limitOfV1(place.directory);
  if (stat === undefined || limit === undefined) return undefined;
  const periods = stat.get('nr_periods');
  const throttledPeriods = stat.get('nr_throttled');
  const throttledNs = stat.get('throttled_time');
  const throttledUs = place.version === 2 ? stat.get('throttled_usec') : us(throttledNs);
  if (periods === undefined || throttledPeriods === undefined || throttledUs === undefined) {
    return undefined; // the root, or a kernel without CFS bandwidth control
  }
  const { path, version } = place;
  return { path, version, ...limit, periods, throttledPeriods, throttledUs };
}

/** `MAX PERIOD` or `QUOTA PERIOD`. */
function limitOfV2(directory: string): Pick<CpuCgroup, 'quotaUs' | 'periodUs'> | undefined {
  const match = /^(max|\d+) (\d+)$/.exec(read(`${directory}/cpu.max`)?.trim() ?? '');
  if (match === null) return undefined;
  const periodUs = Number(match[2]);
  return match[1] === 'max' ? { periodUs } : { quotaUs: Number(match[1]), periodUs };
}

function limitOfV1(
  directory: string,
): Pick<CpuCgroup, 'quotaUs' | 'periodUs' | 'realtime'> | undefined {
  const number = (file: string): number | undefined => integer(read(`${directory}/${file}`));
  const quotaUs = number('cpu.cfs_quota_us');
  const periodUs = number('cpu.cfs_period_us');
  if (quotaUs === undefined || periodUs === undefined) return undefined;
  const realtime = realtimeLimit(number('cpu.rt_runtime_us'), number('cpu.rt_period_us'));
  return {
    ...(quotaUs >= 0 && { quotaUs }),
    periodUs,
    ...(realtime !== undefined && { realtime }),
  };
}

/** A runtime below 0 is no limit. */
export function realtimeLimit(
  runtimeUs: number | undefined,
  periodUs: number | undefined,
): RealtimeLimit | undefined {
  if (runtimeUs === undefined || periodUs === undefined) return undefined;
  return { ...(runtimeUs >= 0 && { runtimeUs }), periodUs };
}

/** Text of a file of /proc or /sys; `undefined` when it is not there or not readable. */
export function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A whole number that stands alone in a file. */
export function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+\s*$/.test(text) ? Number(text) : undefined;
}

function us(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e3;
}

function keyValues(text: string | undefined): ReadonlyMap<string, number> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split('\n').map((line) => /^(\S+) (\d+)$/.exec(line));
  return new Map(pairs.filter((pair) => pair !== null).map(([, key, n]) => [key!, Number(n)]));
}
