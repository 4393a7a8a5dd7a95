import { createError } from '@hftmon/core';
import type { HeatmapResolution } from './heatmap/types.js';
import type { NumaQuery } from './types.js';

const RESOLUTIONS: readonly HeatmapResolution[] = ['cache_line', 'page', 'node'];

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkQuery({ pid, resolution, hotSpots }: NumaQuery): void {
  for (const [option, value] of [
    ['pid', pid],
    ['hotSpots', hotSpots],
  ] as const) {
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    const expected = 'a whole number from 0';
    throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
  }
  if (resolution === undefined || RESOLUTIONS.includes(resolution)) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'resolution',
    value: String(resolution),
    expected: `one of ${RESOLUTIONS.join(', ')}`,
  });
}
