import { refusal, type Support } from '@hftmon/core';
import { cacheMetrics } from './cache-metrics.js';
import { CACHE_FIELD_NAMES, type CacheField } from './counting/cache-field.js';
import type { SharingOffer } from './sharing/sharing-support.js';
import type { CacheMetrics } from './types.js';

/** What a probe found. */
export interface Probed {
  readonly counted: ReadonlyMap<CacheField, Support>;
  readonly offer: SharingOffer;
}

/**
 * The answer of a collector that was never opened, maybe because the host cannot serve it: nothing
 * but reasons.
 */
export function unopenedMetrics(collector: string, probed: Probed | undefined): CacheMetrics {
  const reasonOf = (support: Support | undefined): Support =>
    support?.ok === false
      ? support
      : refusal('HFTMON_E_COLLECTOR_STATE', { collector, state: 'not started' });
  const sources = Object.fromEntries(
    CACHE_FIELD_NAMES.map((field) => [field, reasonOf(probed?.counted.get(field))]),
  ) as Record<CacheField, Support>;
  return cacheMetrics(
    { fromNs: 0, toNs: 0, samples: 0, sources },
    {
      source: reasonOf(probed?.offer.sampling),
      confirmation: reasonOf(probed?.offer.confirmation),
      gaps: [],
      lines: [],
    },
    new Date(),
  );
}
