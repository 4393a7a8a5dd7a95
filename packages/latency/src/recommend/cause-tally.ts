import type { LatencySpike } from '../types/spike.js';
import { contributionsOf, type Contribution } from './contribution.js';
import { Loss } from './loss.js';

/** Culprits that are kept apart. */
const MOST_LOSSES = 1024;
/** A spike is superseded soon if at all, so that only the latest need to be remembered. */
const REMEMBERED = 4096;

/** Adds the parts of receipts up by process and culprit, as the spikes come. */
export class CauseTally {
  readonly #losses = new Map<string, Loss>();
  /** The latest spikes by id, oldest first. */
  readonly #latest = new Map<number, LatencySpike>();
  #totalNs = 0;
  #uncountedNs = 0;

  /** Time in all spikes, ns; one that was superseded is in the one that replaced it. */
  get totalNs(): number {
    return this.#totalNs;
  }

  /** Time lost to culprits beyond those that are kept apart, ns. */
  get uncountedNs(): number {
    return this.#uncountedNs;
  }

  /** Takes a spike in, in place of those it supersedes. */
  add(spike: LatencySpike): void {
    for (const id of spike.supersedes ?? []) this.#remove(id);
    this.#latest.set(spike.id, spike);
    if (this.#latest.size > REMEMBERED) this.#latest.delete(this.#latest.keys().next().value!);
    this.#change(spike, 1);
  }

  /** What was lost, the most first. */
  losses(): Loss[] {
    return [...this.#losses.values()].sort((a, b) => b.ns - a.ns);
  }

  #remove(id: number): void {
    const spike = this.#latest.get(id);
    if (spike === undefined) return;
    this.#latest.delete(id);
    this.#change(spike, -1);
  }

  #change(spike: LatencySpike, sign: 1 | -1): void {
    this.#totalNs += sign * spike.durationNs;
    for (const contribution of contributionsOf(spike)) this.#count(spike, contribution, sign);
  }

  #count(spike: LatencySpike, contribution: Contribution, sign: 1 | -1): void {
    const key = `${spike.pid} ${contribution.topic} ${contribution.culprit}`;
    let loss = this.#losses.get(key);
    if (loss === undefined) {
      if (sign < 0 || this.#losses.size >= MOST_LOSSES) {
        this.#uncountedNs += sign * contribution.ns;
        return;
      }
      loss = new Loss(spike.pid, contribution);
      this.#losses.set(key, loss);
    }
    loss.add(spike, contribution, sign);
    if (loss.ns <= 0) this.#losses.delete(key);
  }
}
