import { createError, type Collector } from '@hftmon/core';
import { createCacheCollector } from '@hftmon/cache';
import { createContextSwitchCollector } from '@hftmon/ctxsw';
import { createInterruptCollector } from '@hftmon/irq';
import { createLatencyCollector } from '@hftmon/latency';
import { createNumaCollector } from '@hftmon/numa';
import { createSchedulingCollector } from '@hftmon/sched';
import type { MonitorConfiguration } from '../configuration/configuration.js';
import { latencyOptions } from '../configuration/latency-options.js';

/** Makes a collector for one run. */
export type CollectorFactory = (configuration: MonitorConfiguration) => Collector;

/** What reading counters costs their thread, some 20 us a time on a virtual machine, is 0.2 % of it. */
const LEAST_COUNTER_INTERVAL_US = 10_000;

/** Every collector that comes with the monitor, by name. */
const INSTALLED: Readonly<Record<string, CollectorFactory>> = {
  ctxsw: () => createContextSwitchCollector() as unknown as Collector,
  irq: () => createInterruptCollector() as unknown as Collector,
  sched: () => createSchedulingCollector() as unknown as Collector,
  cache: ({ samplingIntervalUs, cpuAffinity, confirmFalseSharing }) =>
    createCacheCollector({
      counterIntervalUs: Math.max(samplingIntervalUs, LEAST_COUNTER_INTERVAL_US),
      confirmFalseSharing,
      ...(cpuAffinity.length === 0 ? {} : { cpuAffinity }),
    }) as unknown as Collector,
  numa: ({ sampleAccesses, resctrl, damon }) =>
    createNumaCollector({ sampleAccesses, resctrl, damon }) as unknown as Collector,
  latency: (configuration) =>
    createLatencyCollector(latencyOptions(configuration)) as unknown as Collector,
};

/** Names of the installed collectors. */
export function installedCollectorNames(): string[] {
  return Object.keys(INSTALLED);
}

/**
 * Factories of the named collectors, or of every installed one.
 * @throws ConfigurationError `HFTMON_E_COLLECTOR_UNKNOWN`
 */
export function installedCollectors(names?: readonly string[]): CollectorFactory[] {
  return (names ?? installedCollectorNames()).map((name) => {
    const factory = Object.hasOwn(INSTALLED, name) ? INSTALLED[name] : undefined;
    if (factory !== undefined) return factory;
    const known = installedCollectorNames().join(', ');
    throw createError('HFTMON_E_COLLECTOR_UNKNOWN', { collector: name, known });
  });
}
