import { readMidr } from '../pmu/cpu-model.js';
import { readText } from '../proc/read.js';
import { encodeEvent, readPmuDevices, type PmuDevice } from '../system/event-encoding.js';
import type { SamplingEvent } from './sampling-event.js';

/** How often operations are sampled by Arm's SPE. */
export interface SpeEventOptions {
  /**
   * Operations of any kind between two that are looked at; only loads and stores among these are
   * recorded. The hardware has no lower 8 bits of it, and a least value of its own.
   */
  readonly period: number;
}

/** The hardware's interval counter: 24 bits, the lower 8 of them 0. */
const INTERVAL_STEP = 256;
const INTERVAL_MOST = 0xff_ff00;

/** Arm Ltd. */
const ARM = 0x41;
/** Neoverse N1, V1, N2 and V2, whose data sources are known. */
const NEOVERSE = [0xd0c, 0xd40, 0xd49, 0xd4f];

/** The PMUs of Arm's SPE, one per kind of core. */
export function readSpePmus(sysRoot: string): PmuDevice[] {
  return readPmuDevices(sysRoot, /^arm_spe_\d+$/);
}

/**
 * Sampled loads and stores of Arm's SPE, one event per PMU; empty where there is none. A thread can
 * have one event of a PMU at a time, whoever opened it.
 */
export function speEvents(sysRoot: string, { period }: SpeEventOptions): SamplingEvent[] {
  return readSpePmus(sysRoot).flatMap((pmu) => {
    const terms = ['ts_enable', 'load_filter', 'store_filter', 'jitter'];
    const words = encodeEvent(terms.filter((term) => pmu.format.has(term)).join(','), pmu.format);
    if (words === undefined || !hasFilters(pmu)) return [];
    return [
      {
        source: 'spe',
        name: pmu.name,
        type: pmu.type,
        ...words,
        period: toInterval(period, minInterval(sysRoot, pmu.name)),
        preciseIp: 0,
        excludeKernel: true,
        registers: false,
        data: true,
        leader: undefined,
        spe: hasNeoverseSources(sysRoot, pmu) ? 'neoverse' : 'common',
      },
    ];
  });
}

/** Without them most samples would be of arithmetic. */
function hasFilters({ format }: PmuDevice): boolean {
  return format.has('load_filter') && format.has('store_filter');
}

function toInterval(period: number, least: number): number {
  const rounded = Math.round(period / INTERVAL_STEP) * INTERVAL_STEP;
  return Math.min(INTERVAL_MOST, Math.max(least, rounded));
}

/** What the hardware recommends at least; the kernel would silently take no less. */
function minInterval(sysRoot: string, name: string): number {
  const text = readText(`${sysRoot}/bus/event_source/devices/${name}/caps/min_interval`)?.trim();
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : INTERVAL_STEP;
}

function hasNeoverseSources(sysRoot: string, { cpumask }: PmuDevice): boolean {
  const cpu = readMidr(sysRoot, cpumask[0] ?? 0);
  return cpu?.arch === 'arm' && cpu.implementer === ARM && NEOVERSE.includes(cpu.part);
}
