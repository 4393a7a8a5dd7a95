import type { ProbeEnvironment, Support } from '@hftmon/core';
import { readCorePmus, type CorePmu } from './core-pmu.js';
import { describeCpuModel, readCpuModel, type CpuModel } from './cpu-model.js';
import {
  COMMON_EVENTS,
  PERF_TYPE_HARDWARE,
  PERF_TYPE_HW_CACHE,
  PERF_TYPE_RAW,
  type PmuEvent,
  type PmuTable,
} from './event.js';
import { findPmuTable } from './find-table.js';
import type { EventEncoding, PmuKernel } from './kernel.js';
import { PMU_METRIC_NAMES, type PmuMetric } from './metric.js';
import { holdsNmiWatchdog, readPerfPermission } from './permission.js';
import { GENERIC } from './tables/generic.js';
import { ENOENT, KERNEL_SHARE_REMEDY, absent, noPmu, refusal, unknownModel } from './reasons.js';

/** An event of one core PMU, ready to be opened. */
export interface ResolvedEvent extends EventEncoding {
  readonly metric: PmuMetric;
  /** Core PMU that counts it. */
  readonly pmu: string;
  /** The vendor's name. */
  readonly event: string;
  /** What exactly is counted. */
  readonly counts: string;
}

/** What this host has for one metric. */
export interface ResolvedMetric {
  readonly support: Support;
  /** One per kind of core that has it; empty when it is not supported. */
  readonly events: readonly ResolvedEvent[];
}

/** The core PMUs of a host with the encodings of their CPU. */
export interface PmuResolution {
  readonly cpu: CpuModel | undefined;
  readonly pmus: readonly CorePmu[];
  /** Tables used, one per core PMU, in their order. */
  readonly tables: readonly PmuTable[];
  /** This process may not count what the kernel does. */
  readonly excludeKernel: boolean;
  /** The same in words, for whoever reads the counts. */
  readonly userSpaceAlone?: string | undefined;
  /** The NMI watchdog takes a counter of every CPU. */
  readonly nmiWatchdog: boolean;
  /** Every metric, supported or not. */
  readonly metrics: ReadonlyMap<PmuMetric, ResolvedMetric>;
}

/** PERF_PMU_TYPE_SHIFT: a hybrid CPU names the PMU of a generic event in the upper half. */
const PMU_TYPE_SHIFT = 2 ** 32;

/**
 * What the PMU of this host can count for a thread, and from which event; for everything else the
 * reason and the remedy. Reads files only, unless `kernel` is given to try each event.
 *
 * @param kernel - tries events on a thread of ours; without it what sysfs says is believed
 */
export function resolvePmu(env: ProbeEnvironment, kernel?: PmuKernel): PmuResolution {
  const cpu = readCpuModel(env);
  const pmus = readCorePmus(env.sysRoot);
  // Nothing is tried where there is nothing to count.
  const tries = pmus.length === 0 ? undefined : kernel;
  const { denied, userSpaceAlone } = readPerfPermission(env, tries);
  const excludeKernel = userSpaceAlone !== undefined;
  const nmiWatchdog = holdsNmiWatchdog(env.procRoot);
  const tables = pmus.map((pmu) => (cpu && findPmuTable(cpu, pmu.name)) ?? GENERIC);
  const host = { cpu, pmus, tables, excludeKernel, userSpaceAlone, nmiWatchdog };
  const hindrance = pmus.length === 0 ? noPmu() : denied;
  const resolve = (metric: PmuMetric): ResolvedMetric =>
    hindrance ? { support: hindrance, events: [] } : resolveMetric(metric, host, kernel);
  return {
    ...host,
    metrics: new Map(PMU_METRIC_NAMES.map((metric) => [metric, resolve(metric)])),
  };
}

type Host = Omit<PmuResolution, 'metrics'>;

function resolveMetric(metric: PmuMetric, host: Host, kernel?: PmuKernel): ResolvedMetric {
  const events: ResolvedEvent[] = [];
  const degraded = new Set<string>();
  const lacking: string[] = [];
  let refused: Support | undefined;
  host.pmus.forEach((pmu, index) => {
    const table = host.tables[index]!;
    const row = [...COMMON_EVENTS, ...table.events].find((event) => event.metric === metric);
    if (row === undefined || !isImplemented(row, pmu)) {
      lacking.push(pmu.name);
      return;
    }
    const event = encode(row, pmu, host.pmus.length > 1);
    const result = kernel?.tryGroup([event], host.excludeKernel, pmu.cpus) ?? 0;
    if (result < 0) {
      // ENOENT of a number that the driver maps: it maps it to nothing on this CPU.
      const unmapped = result === ENOENT && row.type !== PERF_TYPE_RAW;
      refused = unmapped
        ? absent(metric, table.name)
        : refusal(result, event.event, host.nmiWatchdog);
      return;
    }
    events.push(event);
    if (row.degraded !== undefined) degraded.add(row.degraded);
  });
  if (events.length === 0) return { support: refused ?? why(metric, host), events };
  if (lacking.length > 0) degraded.add(`not counted on the cores of ${lacking.join(', ')}`);
  if (refused && !refused.ok) degraded.add(refused.reason);
  const remedies: string[] = [];
  if (refused && !refused.ok) remedies.push(refused.remedy);
  if (host.userSpaceAlone !== undefined) {
    degraded.add(host.userSpaceAlone);
    remedies.push(KERNEL_SHARE_REMEDY);
  }
  const source = events.map(describeEvent).join(' and ');
  return {
    support: {
      ok: true,
      tier: 'hardware',
      source,
      ...(degraded.size > 0 && { degraded: [...degraded].join('; ') }),
      ...(remedies.length > 0 && { remedy: remedies.join('; ') }),
    },
    events,
  };
}

/** Why no core of this host has the metric. */
function why(metric: PmuMetric, { cpu, tables }: Host): Support {
  const known = tables.filter((table) => table !== GENERIC);
  if (known.length > 0) return absent(metric, known.map(({ name }) => name).join(' and '));
  return unknownModel(cpu === undefined ? 'that does not say what it is' : describeCpuModel(cpu));
}

/** An Arm core opens events that it lacks and counts nothing, so its sysfs folder decides. */
function isImplemented({ sysfsName }: PmuEvent, { name, events }: CorePmu): boolean {
  return sysfsName === undefined || !name.startsWith('armv') || events.has(sysfsName);
}

function encode(row: PmuEvent, pmu: CorePmu, hybrid: boolean): ResolvedEvent {
  const { metric, event, config1, counts } = row;
  const generic = row.type === PERF_TYPE_HARDWARE || row.type === PERF_TYPE_HW_CACHE;
  return {
    metric,
    event,
    counts,
    pmu: pmu.name,
    type: row.type === PERF_TYPE_RAW ? pmu.type : row.type,
    config: generic && hybrid ? row.config + pmu.type * PMU_TYPE_SHIFT : row.config,
    config1,
  };
}

/** `MEM_LOAD_RETIRED.L1_HIT (cpu, config 0x1d1)`. */
function describeEvent({ event, pmu, config, config1 }: ResolvedEvent): string {
  const extra = config1 === 0 ? '' : `, config1 0x${config1.toString(16)}`;
  return `${event} (${pmu}, config 0x${config.toString(16)}${extra})`;
}
