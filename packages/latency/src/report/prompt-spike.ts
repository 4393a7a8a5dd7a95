import type { CauseClass } from '../types/cause.js';
import type { ObservedCause } from '../types/details.js';
import type { LatencySpike, SpikeVerdict } from '../types/spike.js';
import type { KeptSpike } from './spike-store.js';

/** What of a spike is known before its receipt is written. */
export interface SpikeFacts {
  readonly id: number;
  readonly tid: number;
  readonly pid: number;
  readonly cpu: number;
  readonly timestampNs: number;
  readonly monotonicNs: number;
  readonly durationNs: number;
  readonly supersedes: readonly number[];
}

/**
 * A spike that can be told before its receipt is written, which takes longer than all before it.
 * The receipt is written when somebody asks for it or for what follows from it, or when the
 * listeners have been told: in any case before another record is taken, so that it is the same
 * for everyone. A class, because objects with accessors of their own take V8 microseconds to make.
 */
export class PromptSpike implements SpikeVerdict {
  readonly id: number;
  readonly tid: number;
  readonly pid: number;
  readonly cpu: number;
  readonly timestampNs: number;
  readonly monotonicNs: number;
  readonly durationNs: number;
  readonly supersedes: readonly number[];
  /** Has its verdict been told? */
  judged = false;
  readonly #build: () => KeptSpike;
  #written: KeptSpike | undefined;

  /** @param build - writes the whole spike; called once */
  constructor(facts: SpikeFacts, build: () => KeptSpike) {
    this.id = facts.id;
    this.tid = facts.tid;
    this.pid = facts.pid;
    this.cpu = facts.cpu;
    this.timestampNs = facts.timestampNs;
    this.monotonicNs = facts.monotonicNs;
    this.durationNs = facts.durationNs;
    this.supersedes = facts.supersedes;
    this.#build = build;
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
    return (this.#written ??= this.#build());
  }
}
