import { createError } from '@hftmon/core';
import type { NativeCounterEvent } from '../native/counters-bindings.js';
import type { EventEncoding } from '../pmu/kernel.js';
import { COUNTER_LIMITS } from './layout.js';

/** Events that are counted together: all of them at the same time, or none. */
export interface CounterGroup {
  /** Core PMU of its events, `cpu`; or `software`. */
  readonly pmu: string;
  readonly events: readonly EventEncoding[];
}

/**
 * Groups in the form the library takes.
 * @throws ConfigurationError HFTMON_E_CONFIG_INVALID when there are none, or too many
 */
export function toNativeEvents(groups: readonly CounterGroup[]): NativeCounterEvent[] {
  check('groups', groups.length, COUNTER_LIMITS.groups);
  return groups.flatMap(({ events }, group) => {
    check('events of a group', events.length, COUNTER_LIMITS.events);
    return events.map(({ type, config, config1 }) => ({ type, group, config, config1 }));
  });
}

function check(option: string, value: number, most: number): void {
  if (value >= 1 && value <= most) return;
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected: `1 to ${most}` });
}
