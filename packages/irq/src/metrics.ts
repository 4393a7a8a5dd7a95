import { TYPE_PREFIXES } from './type-prefixes.js';
import type { InterruptTotalsInfo } from './types.js';

/** Totals by type, under the names of `meta.metrics`. */
export function totalMetrics(totals: InterruptTotalsInfo): Record<string, number> {
  const metrics: Record<string, number> = {};
  if (totals.tlbShootdowns !== undefined) {
    metrics['tlb_shootdown_count'] = totals.tlbShootdowns.reduce(
      (sum, { count }) => sum + count,
      0,
    );
  }
  for (const { type, prefix } of TYPE_PREFIXES) {
    const sources = totals.sources.filter(({ irqType }) => irqType === type);
    for (const field of ['count', 'ns', 'targetCount', 'targetNs'] as const) {
      const name = `${prefix}_${field.replace('target', 'target_').toLowerCase()}`;
      metrics[name] = sources.reduce((sum, source) => sum + source[field], 0);
    }
  }
  return metrics;
}
