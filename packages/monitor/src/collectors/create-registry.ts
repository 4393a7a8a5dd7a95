import { CollectorRegistry, type Collector } from '@hftmon/core';
import type { MonitorConfiguration } from '../configuration/configuration.js';
import type { CollectorChoice } from '../hft-resource-monitor-options.js';

/**
 * The collectors of one run.
 * @throws ConfigurationError when the metadata of one is wrong, or a name is taken
 */
export function createRegistry(
  choices: readonly CollectorChoice[],
  configuration: MonitorConfiguration,
): CollectorRegistry {
  const registry = new CollectorRegistry();
  for (const choice of choices) {
    const collector = typeof choice === 'function' ? choice(configuration) : choice;
    registry.register(collector as Collector<unknown, never, unknown>);
  }
  return registry;
}
