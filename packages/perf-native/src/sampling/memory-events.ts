import { readCorePmus } from '../pmu/core-pmu.js';
import {
  encodeEvent,
  readPmuDevice,
  type EventWords,
  type PmuDevice,
} from '../system/event-encoding.js';
import type { SamplingEvent } from './sampling-event.js';

/** How often memory accesses are sampled by hardware. */
export interface MemoryEventOptions {
  /** Loads between two samples (PEBS), or micro-operations (IBS; rounded to 16). */
  readonly period: number;
  /** Intel: only loads that took at least so many cycles. Default 3, the least. */
  readonly minLatencyCycles?: number;
}

/**
 * Intel's sampled loads and stores, one pair per kind of core; empty where sysfs has none. Kernels
 * name the encodings themselves (`events/mem-loads`), so no table of CPUs is needed.
 */
export function pebsEvents(sysRoot: string, options: MemoryEventOptions): SamplingEvent[] {
  return readCorePmus(sysRoot).flatMap(({ name }) => {
    const pmu = readPmuDevice(sysRoot, name);
    return pmu === undefined ? [] : [...loads(pmu, options), ...stores(pmu, options)];
  });
}

function loads(pmu: PmuDevice, options: MemoryEventOptions): SamplingEvent[] {
  const words = named(pmu, 'mem-loads', { ldlat: options.minLatencyCycles ?? 3 });
  if (words === undefined) return [];
  // Sapphire Rapids and later sample loads only in a group that this event leads.
  const leader = named(pmu, 'mem-loads-aux')?.config;
  return [{ ...pebs(pmu, 'mem-loads', options), ...words, leader }];
}

function stores(pmu: PmuDevice, options: MemoryEventOptions): SamplingEvent[] {
  const words = named(pmu, 'mem-stores');
  return words === undefined ? [] : [{ ...pebs(pmu, 'mem-stores', options), ...words }];
}

/** Words of an event that the PMU names, with other values for some of its terms. */
function named(
  pmu: PmuDevice,
  name: string,
  values: Readonly<Record<string, number>> = {},
): EventWords | undefined {
  const event = pmu.events.get(name);
  return event && encodeEvent(event.terms, pmu.format, values);
}

function pebs(pmu: PmuDevice, name: string, { period }: MemoryEventOptions): SamplingEvent {
  return {
    source: 'pebs',
    name: `${pmu.name}/${name}/`,
    type: pmu.type,
    config: 0n,
    config1: 0n,
    config2: 0n,
    period,
    preciseIp: 2,
    excludeKernel: true,
    registers: false,
    data: true,
    leader: undefined,
  };
}

/**
 * AMD's sampled micro-operations; empty where there is no `ibs_op`. Most of them touch no memory:
 * their operation is unknown and their address 0.
 */
export function ibsEvents(sysRoot: string, options: MemoryEventOptions): SamplingEvent[] {
  const pmu = readPmuDevice(sysRoot, 'ibs_op');
  if (pmu === undefined) return [];
  // Newer kernels leave out samples of the kernel themselves (swfilt); others refuse to.
  const filters = pmu.format.has('swfilt');
  const terms = ['cnt_ctl', 'swfilt'].filter((term) => pmu.format.has(term));
  const words = encodeEvent(terms.join(','), pmu.format);
  if (words === undefined) return [];
  return [
    {
      source: 'ibs',
      name: 'ibs_op',
      type: pmu.type,
      ...words,
      // The hardware's counter has no lower bits.
      period: Math.max(16, Math.round(options.period / 16) * 16),
      preciseIp: 0,
      excludeKernel: filters,
      registers: false,
      data: true,
      leader: undefined,
    },
  ];
}
