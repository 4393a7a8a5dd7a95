import { NO_STACK } from '@hftmon/core';
import type { LatencySpike, RelatedEvent } from '../types/spike.js';
import type { CulpritStack } from './culprit-stack.js';
import { LongestSpikes } from './longest-spikes.js';

/** A spike with what only some queries ask for. */
export interface KeptSpike {
  spike: LatencySpike;
  readonly events: readonly RelatedEvent[];
  /** Id of the user stack of the longest time off the CPU, NO_STACK for none. */
  readonly userStack: number;
  /** Of the one who had the CPU, where its stacks were taken. */
  readonly culprit: CulpritStack | undefined;
}

/** The latest spikes, and of each process the longest of those before. */
export class SpikeStore {
  readonly #kept = new Map<number, KeptSpike>();
  readonly #longest = new LongestSpikes();
  readonly #most: number;
  /** Spikes of a time in which records were lost, superseded ones included. */
  incomplete = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a spike, in place of those it supersedes; the oldest goes when there are too many. */
  add(kept: KeptSpike): void {
    for (const id of kept.spike.supersedes ?? []) {
      if (!this.#kept.delete(id)) this.#longest.remove(id);
    }
    if (kept.spike.incomplete === true) this.incomplete++;
    this.#kept.set(kept.spike.id, kept);
    if (this.#kept.size <= this.#most) return;
    for (const [id, oldest] of this.#kept) {
      this.#kept.delete(id);
      this.#longest.offer(oldest);
      return;
    }
  }

  /** Marks the spikes that overlap a time in which records were lost. @returns their ids */
  markIncomplete(fromNs: number, toNs: number): number[] {
    const ids: number[] = [];
    for (const kept of this.withLongest()) {
      const { timestampNs, durationNs, incomplete } = kept.spike;
      if (incomplete === true || timestampNs > toNs || timestampNs + durationNs < fromNs) continue;
      kept.spike = { ...kept.spike, incomplete: true };
      ids.push(kept.spike.id);
    }
    this.incomplete += ids.length;
    return ids;
  }

  /** The latest, by their start. */
  list(): KeptSpike[] {
    return [...this.#kept.values()].sort((a, b) => a.spike.timestampNs - b.spike.timestampNs);
  }

  /** The latest and the longest before them, in no order. */
  withLongest(): KeptSpike[] {
    return [...this.#longest, ...this.#kept.values()];
  }
}

/** Is there a stack to show? */
export function hasStack({ userStack }: KeptSpike): boolean {
  return userStack !== NO_STACK;
}
