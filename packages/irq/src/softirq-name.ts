import { SOFTIRQ_NAMES } from '@hftmon/perf-native';

/** Name of a softirq vector, as in /proc/softirqs. */
export function softirqName(vector: number): string {
  return SOFTIRQ_NAMES[vector] ?? `SOFTIRQ_${vector}`;
}
