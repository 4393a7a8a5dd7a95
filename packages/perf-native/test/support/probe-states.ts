import { expect } from 'vitest';
import type { SpanProbeCounts, SpanProbeState } from '@hftmon/core';
import type { Monitor } from './monitor.js';

/** The one probe in the one process. */
export function onlyProbe(monitor: Monitor): SpanProbeState {
  const [state, ...others] = monitor.source.spanOrigins?.probes() ?? [];
  expect(others).toEqual([]);
  expect(state).toBeDefined();
  return state!;
}

/** Accounts without a fault of `spans` spans. */
export function faultless(spans: number): SpanProbeCounts {
  return { begun: spans, spans, open: 0, abandoned: 0, unmatchedEnds: 0, tooDeep: 0 };
}
