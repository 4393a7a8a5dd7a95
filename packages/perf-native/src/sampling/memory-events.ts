import { readCorePmus } from '../pmu/core-pmu.js';
import type { SamplingEvent } from './sampling-event.js';
import { SysfsPmu } from './sysfs-event.js';

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
    const pmu = SysfsPmu.find(sysRoot, name);
    return pmu === undefined ? [] : [...loads(pmu, options), ...stores(pmu, options)];
  });
}

function loads(pmu: SysfsPmu, options: MemoryEventOptions): SamplingEvent[] {
  const terms = pmu.event('mem-loads');
  if (terms === undefined) return [];
  const words = pmu.encode(`${terms},ldlat=${options.minLatencyCycles ?? 3}`);
  if (words === undefined) return [];
  // Sapphire Rapids and later sample loads only in a group that this event leads.
  const aux = pmu.event('mem-loads-aux');
  const leader = aux === undefined ? undefined : pmu.encode(aux)?.config;
  return [{ ...pebs(pmu, 'mem-loads', options), ...words, leader }];
}

function stores(pmu: SysfsPmu, options: MemoryEventOptions): SamplingEvent[] {
  const terms = pmu.event('mem-stores');
  const words = terms === undefined ? undefined : pmu.encode(terms);
  return words === undefined ? [] : [{ ...pebs(pmu, 'mem-stores', options), ...words }];
}

function pebs(pmu: SysfsPmu, name: string, { period }: MemoryEventOptions): SamplingEvent {
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
  const pmu = SysfsPmu.find(sysRoot, 'ibs_op');
  if (pmu === undefined) return [];
  // Newer kernels leave out samples of the kernel themselves (swfilt); others refuse to.
  const filters = pmu.hasField('swfilt');
  const terms = [pmu.hasField('cnt_ctl') ? 'cnt_ctl=1' : '', filters ? 'swfilt=1' : ''];
  const words = pmu.encode(terms.join(','));
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
