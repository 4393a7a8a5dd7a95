import type { CauseClass } from '../types/cause.js';
import type { ObservedCause } from '../types/details.js';
import type { LatencySpike, SpikeVerdict } from '../types/spike.js';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import type { ThreadTrack } from '../detect/thread-track.js';
import type { KeptSpike } from './spike-store.js';

/** Writes the whole spike. */
export type SpikeBuilder = (
  spike: PromptSpike,
  track: ThreadTrack,
  finder: GroupFinder,
) => KeptSpike;

/**
 * A spike that can be told before its receipt is written, which takes longer than all before it.
 * The receipt is written when somebody asks for it or for what follows from it, or when the
 * listeners have been told: in any case before another record is taken, so that it is the same
 * for everyone. A class, because objects with accessors of their own take V8 microseconds to make.
 */
export class PromptSpike implements SpikeVerdict {
  id = 0;
  tid = 0;
  pid = 0;
  cpu = 0;
  supersedes: readonly number[] = [];
  /** A copy: that of the finder is reused. */
  readonly group: Group = { startNs: 0, endNs: 0, stallNs: 0, first: 0, last: 0, firstOfRun: 0 };
  /** Has its verdict been told? */
  judged = false;
  /** CLOCK_MONOTONIC ns of the session epoch. */
  readonly #epochNs: number;
  readonly #build: SpikeBuilder;
  #track: ThreadTrack | undefined;
  #finder: GroupFinder | undefined;
  #written: KeptSpike | undefined;

  /** @param build - called once for a spike */
  constructor(epochNs: number, build: SpikeBuilder) {
    this.#epochNs = epochNs;
    this.#build = build;
  }

  /** Is that spike from now on. @param track, finder - what its receipt is written from */
  become(id: number, track: ThreadTrack, found: Group, finder: GroupFinder): void {
    const { group } = this;
    this.id = id;
    this.tid = track.tid;
    group.startNs = found.startNs;
    group.endNs = found.endNs;
    group.stallNs = found.stallNs;
    group.first = found.first;
    group.last = found.last;
    group.firstOfRun = found.firstOfRun;
    this.judged = false;
    this.#track = track;
    this.#finder = finder;
    this.#written = undefined;
  }

  get timestampNs(): number {
    return this.group.startNs;
  }

  get monotonicNs(): number {
    return this.#epochNs + Math.round(this.group.startNs);
  }

  get durationNs(): number {
    return this.group.endNs - this.group.startNs;
  }

  get durationUs(): number {
    return this.durationNs / 1000;
  }

  get cause(): ObservedCause {
    return this.spike.cause;
  }

  get causeClass(): CauseClass {
    return this.spike.causeClass;
  }

  get spike(): LatencySpike {
    return this.write().spike;
  }

  /** The whole spike, for the store. */
  write(): KeptSpike {
    return (this.#written ??= this.#build(this, this.#track!, this.#finder!));
  }
}
