import type { MonitorConfiguration } from './configuration.js';

/** Option of the event source that a configuration stands for; `undefined`: no stacks. */
export function stacksFromNs({ stackTraces }: MonitorConfiguration): number | undefined {
  return stackTraces ? 0 : undefined;
}
