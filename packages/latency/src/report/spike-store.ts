import { NO_STACK } from '@hftmon/core';
import type { LatencySpike, RelatedEvent } from '../types/spike.js';
import type { CulpritStack } from './culprit-stack.js';

/** A spike with what only some queries ask for. */
export interface KeptSpike {
  spike: LatencySpike;
  readonly events: readonly RelatedEvent[];
  /** Id of the user stack of the longest time off the CPU, NO_STACK for none. */
  readonly userStack: number;
  /** Of the one who had the CPU, where its stacks were taken. */
  readonly culprit: CulpritStack | undefined;
}

/** The latest spikes. */
export class SpikeStore {
  readonly #kept = new Map<number, KeptSpike>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a spike, in place of those it supersedes; the oldest goes when there are too many. */
  add(kept: KeptSpike): void {
    for (const id of kept.spike.supersedes ?? []) this.#kept.delete(id);
    this.#kept.set(kept.spike.id, kept);
    if (this.#kept.size <= this.#most) return;
    for (const id of this.#kept.keys()) {
      this.#kept.delete(id);
      return;
    }
  }

  /** Marks the spikes that overlap a time in which records were lost. */
  markIncomplete(fromNs: number, toNs: number): void {
    for (const kept of this.#kept.values()) {
      const { timestampNs, durationNs, incomplete } = kept.spike;
      if (incomplete === true || timestampNs > toNs || timestampNs + durationNs < fromNs) continue;
      kept.spike = { ...kept.spike, incomplete: true };
    }
  }

  /** All of them, by their start. */
  list(): KeptSpike[] {
    return [...this.#kept.values()].sort((a, b) => a.spike.timestampNs - b.spike.timestampNs);
  }
}

/** Is there a stack to show? */
export function hasStack({ userStack }: KeptSpike): boolean {
  return userStack !== NO_STACK;
}
