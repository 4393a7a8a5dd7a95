import type { CauseClass } from '../types/cause.js';
import type { ObservedCause } from '../types/details.js';
import type { LatencySpike, SpikeVerdict } from '../types/spike.js';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import type { ThreadTrack } from '../detect/thread-track.js';
import type { KeptSpike } from './spike-store.js';

/** What of a spike is known before its receipt is written. */
export interface SpikeFacts {
  readonly tid: number;
  readonly pid: number;
  readonly cpu: number;
  readonly supersedes: readonly number[];
  /** CLOCK_MONOTONIC ns of the session epoch. */
  readonly epochNs: number;
  /** What its receipt is written from. */
  readonly track: ThreadTrack;
  readonly finder: GroupFinder;
}

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
  readonly id: number;
  /** A copy: that of the finder is reused. */
  readonly group: Group;
  /** Has its verdict been told? */
  judged = false;
  readonly #facts: SpikeFacts;
  readonly #build: SpikeBuilder;
  #written: KeptSpike | undefined;

  /** @param build - called once */
  constructor(id: number, group: Group, facts: SpikeFacts, build: SpikeBuilder) {
    this.id = id;
    this.group = group;
    this.#facts = facts;
    this.#build = build;
  }

  get tid(): number {
    return this.#facts.tid;
  }

  get pid(): number {
    return this.#facts.pid;
  }

  get cpu(): number {
    return this.#facts.cpu;
  }

  get supersedes(): readonly number[] {
    return this.#facts.supersedes;
  }

  get timestampNs(): number {
    return this.group.startNs;
  }

  get monotonicNs(): number {
    return this.#facts.epochNs + Math.round(this.group.startNs);
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
    return (this.#written ??= this.#build(this, this.#facts.track, this.#facts.finder));
  }
}
