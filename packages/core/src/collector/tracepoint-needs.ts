import type { Need } from './collector-meta.js';
import type { OptionalTracepoints } from './tracepoint-support.js';

/** Needs of a collector that stands on BPF and tracepoints; see `tracepointSupport`. */
export function tracepointNeeds(
  required: readonly string[],
  optional: readonly OptionalTracepoints[] = [],
): Need[] {
  return [
    { type: 'capability', name: 'CAP_BPF' },
    { type: 'capability', name: 'CAP_PERFMON' },
    ...required.map((name): Need => ({ type: 'tracepoint', name })),
    ...optional
      .flatMap(({ names }) => names)
      .map((name): Need => ({ type: 'tracepoint', name, optional: true })),
  ];
}
