import { readPollerStats, type PollerStats } from '../poller/stats.js';
import { readU64At } from '../source/shared-memory.js';
import { NOISE_STATS } from './layout.js';

/** What the noise probe did and saw so far. All counts are exact. */
export interface NoiseStats extends PollerStats {
  /** Times that it read the clock. */
  readonly readings: number;
  /** Samples within 1 us of their slots; 0 without slots. */
  readonly onTime: number;
  /** Times between two readings that were longer than the threshold, also those not kept. */
  readonly gaps: number;
  readonly gapNs: number;
  readonly longestGapNs: number;
  /** Time that it spent on writing gaps down, in which it saw nothing shorter than 10 us. */
  readonly blindNs: number;
}

/** Reads `struct hftmon_noise_stats`. */
export function readNoiseStats(view: Uint32Array): NoiseStats {
  const at = (offset: number) => readU64At(view, offset);
  return {
    ...readPollerStats(view),
    readings: at(NOISE_STATS.readings),
    onTime: at(NOISE_STATS.onTime),
    gaps: at(NOISE_STATS.gaps),
    gapNs: at(NOISE_STATS.gapNs),
    longestGapNs: at(NOISE_STATS.longestNs),
    blindNs: at(NOISE_STATS.ownNs),
  };
}
