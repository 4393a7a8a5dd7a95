import {
  RECORD_WORDS,
  durationAt,
  gapInvoluntarySwitches,
  gapMajorFaults,
  gapMinorFaults,
  timestampAt,
} from '@hftmon/core';
import type { NoiseProbe } from '@hftmon/perf-native';
import type { RawGap } from './noise-gap.js';

/** Gaps that were read from the probe and wait for the records that explain them. */
export class PendingGaps {
  readonly #probe: NoiseProbe;
  #gaps: RawGap[] = [];

  constructor(probe: NoiseProbe) {
    this.#probe = probe;
  }

  /** Takes what the probe has written so far. */
  read(): void {
    const probe = this.#probe;
    for (let batch = probe.pollGaps(); batch.count > 0; batch = probe.pollGaps()) {
      const { u32, f64, count } = batch;
      for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
        const startNs = timestampAt(f64, base);
        this.#gaps.push({
          startNs,
          endNs: startNs + durationAt(f64, base),
          involuntarySwitches: gapInvoluntarySwitches(u32, base),
          minorFaults: gapMinorFaults(u32, base),
          majorFaults: gapMajorFaults(u32, base),
        });
      }
    }
  }

  get any(): boolean {
    return this.#gaps.length > 0;
  }

  /** Removes and returns those that ended before then, oldest first. */
  takeUntil(ns: number): RawGap[] {
    const first = this.#gaps.findIndex(({ endNs }) => endNs >= ns);
    return this.#gaps.splice(0, first < 0 ? this.#gaps.length : first);
  }
}
