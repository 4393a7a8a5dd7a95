import type { ResolvedOptions } from '../options/latency-options.js';
import { StallDistribution } from './stall-distribution.js';
import { Time, type ThreadTrack } from './thread-track.js';

/** The adaptive threshold is looked at again after so many stalls; a power of two. */
const ADAPT_EVERY = 64;

/** Where a thread's threshold comes from. */
export type ThresholdOrigin = 'default' | 'tid' | 'comm' | 'adaptive';

/**
 * Gives each thread its threshold: the one set for it by number, else by name, else an adaptive
 * one where that is asked for, else that of all.
 */
export class Thresholds {
  readonly #options: ResolvedOptions;
  readonly #byTid: Map<number, number>;
  readonly #nameOf: (track: ThreadTrack) => string;

  /**
   * @param byTid - thresholds set for threads by number, ns; kept by the caller
   * @param nameOf - name of a thread now
   */
  constructor(
    options: ResolvedOptions,
    byTid: Map<number, number>,
    nameOf: (track: ThreadTrack) => string,
  ) {
    this.#options = options;
    this.#byTid = byTid;
    this.#nameOf = nameOf;
  }

  /** Settles the threshold of a thread that has none yet, or one by a name that may have changed. */
  assign(track: ThreadTrack): void {
    track.assigned = true;
    const byTid = this.#byTid.get(track.tid);
    const own = byTid ?? this.#byName(track);
    if (own !== undefined) {
      track.origin = byTid === undefined ? 'comm' : 'tid';
      track.times[Time.Threshold] = own;
      return;
    }
    track.origin = 'default';
    track.times[Time.Threshold] = this.#options.thresholdNs;
    if (this.#options.adaptation === undefined) return;
    track.stalls ??= new StallDistribution();
    this.#adapt(track, track.stalls);
  }

  /** Takes a stall into account. Hot path. @param span - its start and end */
  see(track: ThreadTrack, span: Float64Array): void {
    const { stalls } = track;
    if (stalls === undefined) return;
    stalls.take(span);
    const { taken } = stalls;
    const due = (taken & (ADAPT_EVERY - 1)) === 0 || taken === this.#options.adaptation?.minStalls;
    if (due) this.#adapt(track, stalls);
  }

  #adapt(track: ThreadTrack, stalls: StallDistribution): void {
    const { adaptation } = this.#options;
    if (adaptation === undefined || stalls.taken < adaptation.minStalls) return;
    // Set by hand since: that holds.
    if (track.origin === 'tid' || track.origin === 'comm') return;
    const { factor, floorNs, ceilingNs } = adaptation;
    track.origin = 'adaptive';
    track.times[Time.Threshold] = Math.min(ceilingNs, Math.max(floorNs, factor * stalls.p999()));
  }

  #byName(track: ThreadTrack): number | undefined {
    const { byName } = this.#options;
    if (byName.length === 0) return undefined;
    const name = this.#nameOf(track);
    return byName.find(({ pattern }) => pattern.test(name))?.thresholdNs;
  }
}
