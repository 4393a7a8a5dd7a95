import type { LogLinearHistogram } from '@hftmon/core';
import { readHistogram } from '../poller/read-histogram.js';
import { HISTOGRAM } from '../poller/layout.js';
import { readU64At } from '../source/shared-memory.js';
import { SAMPLED_STATES, SAMPLED_THREAD } from './layout.js';

/**
 * What a sample finds a thread in. On a CPU it is `running`, `interrupted` (under interrupt code)
 * or `faulting` (in a page fault); off it `waiting` (runnable) or `blocked`. `unknown`: it has had
 * no event since it was followed, so that it still is as it was then. `exited`: or no longer followed.
 */
export type SampledState = (typeof SAMPLED_STATES)[number];

/** One state of one thread. */
export interface SampledStateTotals {
  readonly state: SampledState;
  readonly samples: number;
  /** Of all samples of the thread; 0 to 1. */
  readonly share: number;
  /**
   * How long it was in that state at a time, ns, from the first sample in it to the first one out
   * of it: with the grain of the interval. What was on at the first or last sample is left out.
   */
  readonly spells: LogLinearHistogram;
}

/** What sampling saw of one thread. */
export interface SampledThread {
  readonly tid: number;
  /** At the last sample. */
  readonly state: SampledState;
  readonly samples: number;
  /** Every state, also those it was never in. */
  readonly states: readonly SampledStateTotals[];
}

/** Reads `struct hftmon_sampled_thread[]`. */
export function readSampledThreads(view: Uint32Array): SampledThread[] {
  const count = view.byteLength / SAMPLED_THREAD.bytes;
  return Array.from({ length: count }, (_, i) => readOne(view, i * SAMPLED_THREAD.bytes));
}

function readOne(view: Uint32Array, base: number): SampledThread {
  const counts = SAMPLED_STATES.map((_, i) =>
    readU64At(view, base + SAMPLED_THREAD.samples + 8 * i),
  );
  const samples = counts.reduce((sum, count) => sum + count, 0);
  return {
    tid: view[(base + SAMPLED_THREAD.tid) >>> 2]!,
    state: SAMPLED_STATES[view[(base + SAMPLED_THREAD.state) >>> 2]!] ?? 'unknown',
    samples,
    states: SAMPLED_STATES.map((state, i) => ({
      state,
      samples: counts[i]!,
      share: samples === 0 ? 0 : counts[i]! / samples,
      spells: readHistogram(view, base + SAMPLED_THREAD.spells + i * HISTOGRAM.bytes),
    })),
  };
}
