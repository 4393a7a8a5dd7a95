import { HOST_API_VERSION, type CollectorMeta, type MetricMeta } from '@hftmon/core';
import { COUNTED_METRICS, SHARING_METRICS } from './metric-names.js';

/** What the collector says of itself. */
export const meta: CollectorMeta = {
  name: 'cache',
  version: '0.1.0',
  apiVersion: HOST_API_VERSION,
  summary: 'Cache and TLB counters, cache-line bouncing, and lines that threads share by accident',
  // It needs no events of the kernel: no BPF program runs for it.
  kinds: [],
  metrics: [
    ...COUNTED_METRICS.map(({ name, unit, type, help }): MetricMeta => ({
      name,
      unit,
      type,
      help,
    })),
    ...SHARING_METRICS,
  ],
  needs: [
    { type: 'feature', name: 'hardware performance counters', optional: true },
    { type: 'feature', name: 'perf_event_open', optional: true },
    { type: 'capability', name: 'CAP_PERFMON', optional: true },
    { type: 'capability', name: 'CAP_SYS_PTRACE', optional: true },
  ],
};
