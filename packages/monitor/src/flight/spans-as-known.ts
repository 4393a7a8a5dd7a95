import type { Session } from '@hftmon/core';
import type { LatencyCollector, SlowSpan } from '@hftmon/latency';

/**
 * Spans as they are known by now. Where it was noticed after they were told that records of their time
 * had been lost, they claim no work of their own any more. Delivers nothing.
 */
export function spansAsKnown(
  { registry }: Session,
  told: readonly SlowSpan[],
): readonly SlowSpan[] {
  if (told.every(({ incomplete }) => incomplete === true)) return told;
  const latency = registry.get('latency').collector as unknown as Partial<LatencyCollector>;
  const corrected = new Map<string, SlowSpan>();
  for (const span of latency.spans?.().slow ?? []) {
    if (span.incomplete === true) corrected.set(keyOf(span), span);
  }
  return told.map((span) => corrected.get(keyOf(span)) ?? span);
}

function keyOf({ name, tid, timestampNs, durationNs }: SlowSpan): string {
  return `${tid} ${timestampNs} ${durationNs} ${name}`;
}
