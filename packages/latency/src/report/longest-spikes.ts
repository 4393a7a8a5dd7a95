import type { KeptSpike } from './spike-store.js';

/** Of each process. */
const KEPT = 16;
/** Processes that are kept apart; the one that came first goes. */
const MOST_PROCESSES = 1024;

/** The longest of the spikes that are no longer among the latest, by process. */
export class LongestSpikes {
  readonly #byPid = new Map<number, KeptSpike[]>();

  /** Keeps it if it is among the longest of its process. */
  offer(kept: KeptSpike): void {
    const { pid, durationNs } = kept.spike;
    const longest = this.#of(pid);
    if (longest.length === KEPT && durationNs <= longest[KEPT - 1]!.spike.durationNs) return;
    const at = longest.findIndex(({ spike }) => spike.durationNs < durationNs);
    longest.splice(at < 0 ? longest.length : at, 0, kept);
    longest.length = Math.min(longest.length, KEPT);
  }

  /** Forgets one that was superseded. */
  remove(id: number): void {
    for (const longest of this.#byPid.values()) {
      const at = longest.findIndex(({ spike }) => spike.id === id);
      if (at >= 0) longest.splice(at, 1);
    }
  }

  *[Symbol.iterator](): Iterator<KeptSpike> {
    for (const longest of this.#byPid.values()) yield* longest;
  }

  #of(pid: number): KeptSpike[] {
    let longest = this.#byPid.get(pid);
    if (longest === undefined) {
      if (this.#byPid.size === MOST_PROCESSES) this.#byPid.delete(firstOf(this.#byPid));
      this.#byPid.set(pid, (longest = []));
    }
    return longest;
  }
}

function firstOf(map: ReadonlyMap<number, unknown>): number {
  const [first] = map.keys();
  return first!;
}
