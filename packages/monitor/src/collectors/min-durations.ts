import type { CollectorRegistry, EventSourceOptions } from '@hftmon/core';
import { recommendedSourceOptions } from '@hftmon/latency';
import type { MonitorConfiguration } from '../configuration/configuration.js';
import { latencyOptions } from '../configuration/latency-options.js';

/**
 * What the kernel may leave out because no collector of the run wants it: short system calls,
 * which are many and concern the latency collector alone.
 */
export function minDurations(
  registry: CollectorRegistry,
  configuration: MonitorConfiguration,
): EventSourceOptions['minDurationNs'] {
  if (!registry.has('latency')) return undefined;
  return recommendedSourceOptions(latencyOptions(configuration)).minDurationNs;
}
