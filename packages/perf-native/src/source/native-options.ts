import { existsSync, readFileSync } from 'node:fs';
import {
  createError,
  KERNEL_KINDS,
  MAX_RING_CAPACITY,
  type EventSourceOptions,
  RecordKind,
} from '@hftmon/core';
import { readIdleDriver } from '../capabilities/idle-states.js';
import type { HostEnvironment } from '../capabilities/probe-environment.js';
import type { NativeOptions } from '../native/bindings.js';
import { parseCpuList, readCpuLists } from '../proc/cpus.js';
import { GROUP } from '../layout.js';
import { groupsFor } from './probe-groups.js';

/** 512 Ki records of 64 bytes: 32 MiB. */
const HISTORY_RECORDS = 1 << 19;
const INPUT_RECORDS = 1 << 12;
const MAX_THREADS = 8192;
/**
 * A ring of 32 Ki records takes 6 M records a second in this time, and 1.6 M in four times that,
 * for which the pump may rest while it is pulled from; see `crowded` and `may_rest` in pump.c.
 */
const POLL_NS = 5_000_000;
/** Kernel rings of all CPUs together, bounded so that large hosts stay small. */
const KERNEL_RECORDS_TOTAL = 1 << 20;
const KERNEL_RECORDS_PER_CPU = 1 << 15;
const KERNEL_RECORDS_LEAST = 1 << 12;

/**
 * Options of the native session for these kinds on this host.
 * @throws ConfigurationError `HFTMON_E_CPU_NOT_FOUND`, `HFTMON_E_PRIORITY_RANGE`,
 *   `HFTMON_E_CONFIG_INVALID`
 */
export function nativeOptions(
  kinds: ReadonlySet<RecordKind>,
  options: EventSourceOptions,
  environment: HostEnvironment,
  epochMonotonicNs: bigint,
): NativeOptions {
  const { procRoot, sysRoot } = environment;
  validate(options);
  const affinity = pumpCpus(options.cpuAffinity ?? [], sysRoot);
  const cpus = possibleCpus(sysRoot);
  const groups =
    groupsOf(kinds, environment) |
    (wantsSpanProbes(kinds, options) ? GROUP.span : 0) |
    (wantsRuntimes(kinds, sysRoot) ? GROUP.pause : 0);
  if (groups === 0) refuseChildren(options);
  return {
    history_records: powerOfTwo(options.historyRecords ?? HISTORY_RECORDS),
    input_records: INPUT_RECORDS,
    kernel_records: powerOfTwo(options.kernelRecordsPerCpu ?? kernelRecords(cpus)),
    max_threads: MAX_THREADS,
    tid_limit: Number(readFileSync(`${procRoot}/sys/kernel/pid_max`, 'utf8')),
    cpus,
    groups,
    busy: options.busy === true ? 1 : 0,
    realtime_priority: options.realtimePriority ?? 0,
    poll_ns: Math.round(options.pollIntervalNs ?? POLL_NS),
    epoch_ns: epochMonotonicNs,
    affinity: affinity.length > 0 ? Uint32Array.from(affinity) : null,
    affinity_count: affinity.length,
  };
}

function groupsOf(kinds: ReadonlySet<RecordKind>, environment: HostEnvironment): number {
  const groups = groupsFor(kinds, (name) => environment.hasTracepoint(name));
  // Without a driver every CPU idles in the one way that the architecture has: no state is named.
  return readIdleDriver(environment.sysRoot) === undefined ? groups & ~GROUP.idle : groups;
}

/** An empty list is for probes that are added later. */
export function wantsSpanProbes(
  kinds: ReadonlySet<RecordKind>,
  { spanProbes }: EventSourceOptions,
): boolean {
  return spanProbes !== undefined && kinds.has(RecordKind.Span);
}

/** Without uprobes the rest of the kinds is served all the same. */
export function wantsRuntimes(kinds: ReadonlySet<RecordKind>, sysRoot: string): boolean {
  return kinds.has(RecordKind.Pause) && existsSync(`${sysRoot}/bus/event_source/devices/uprobe`);
}

/** Options that are numbers, with their least and largest values. */
const RANGES = [
  ['historyRecords', 16, MAX_RING_CAPACITY],
  ['kernelRecordsPerCpu', 32, 1 << 20],
  ['pollIntervalNs', 0, 3_600_000_000_000],
  ['stacksFromNs', 0, Number.MAX_SAFE_INTEGER],
] as const;

function validate(options: EventSourceOptions): void {
  for (const [option, least, most] of RANGES) check(option, options[option], least, most);
  for (const [kind, ns] of Object.entries(options.minDurationNs ?? {})) {
    check('minDurationNs', Number(kind), 1, KERNEL_KINDS - 1);
    check('minDurationNs', ns, 0, Number.MAX_SAFE_INTEGER);
  }
  const { realtimePriority: priority = 0 } = options;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= 99)) {
    throw createError('HFTMON_E_PRIORITY_RANGE', { value: priority });
  }
}

function check(option: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option,
    value,
    expected: `a number from ${least} to ${most}`,
  });
}

/** Forks are kernel events. */
function refuseChildren({ followChildren }: EventSourceOptions): void {
  if (followChildren !== true) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'followChildren',
    value: true,
    expected: 'with a collector that uses kernel events (ctxsw, irq, sched or latency)',
  });
}

/** Highest possible CPU plus one; per-CPU memory is indexed by CPU number. */
function possibleCpus(sysRoot: string): number {
  const text = readFileSync(`${sysRoot}/devices/system/cpu/possible`, 'utf8');
  return Math.max(...parseCpuList(text.trim())) + 1;
}

/** The CPUs asked for, else every online CPU that is not isolated for somebody's hot path. */
function pumpCpus(wanted: readonly number[], sysRoot: string): readonly number[] {
  const { online, isolated } = readCpuLists(sysRoot);
  const missing = wanted.find((cpu) => !online.includes(cpu));
  if (missing !== undefined) {
    throw createError('HFTMON_E_CPU_NOT_FOUND', {
      cpu: missing,
      option: 'cpuAffinity',
      online: online.join(','),
    });
  }
  if (wanted.length > 0) return wanted;
  return isolated.length > 0 ? online.filter((cpu) => !isolated.includes(cpu)) : [];
}

function kernelRecords(cpus: number): number {
  const share = powerOfTwo(KERNEL_RECORDS_TOTAL / cpus);
  return Math.max(KERNEL_RECORDS_LEAST, Math.min(KERNEL_RECORDS_PER_CPU, share));
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
