import type { PlacedHit } from '@hftmon/perf-native';
import { classifySharing, type LineUse, type SharingVerdict } from '../sharing/classify.js';
import type { PlannedWatch } from './watch-plan.js';

/** What watchpoints saw of a line. */
export interface WatchedUse {
  readonly tid: number;
  /** Bytes from the start of the line. */
  readonly offset: number;
  readonly size: number;
  /** What was watched for. */
  readonly access: 'writes' | 'reads-and-writes';
  /** 0: the thread did not touch these bytes while they were watched. */
  readonly hits: number;
}

/** What came of watching a line, and what it cost the target. */
export interface Confirmation {
  readonly rounds: number;
  readonly uses: readonly WatchedUse[];
  /** Hits of all watchpoints: each stopped the thread that made it. */
  readonly hits: number;
  /**
   * Time between two hits of one thread in a row, median, ns: a hit cost at most that. Absent when
   * no thread made two.
   */
  readonly hitIntervalNs?: number;
}

/** Rounds in which at least two threads were seen, for a verdict. */
const SHARED_ROUNDS = 2;

/** Adds up the rounds of watching one line. */
export class ConfirmationEvidence {
  readonly #hits = new Map<string, WatchedUse>();
  readonly #intervals: number[] = [];
  #rounds = 0;
  #sharedRounds = 0;

  /** Takes in a round. */
  add(planned: readonly PlannedWatch[], hits: readonly PlacedHit[]): void {
    this.#rounds += 1;
    const active = new Set(hits.map(({ tid }) => tid));
    if (active.size > 1) this.#sharedRounds += 1;
    for (const watch of planned) {
      const { tid, offset, size, place } = watch;
      const own = hits.filter((hit) => hit.tid === tid && hit.place.address === place.address);
      const before = this.#hits.get(keyOf(watch))?.hits ?? 0;
      const count = before + own.length;
      this.#hits.set(keyOf(watch), { tid, offset, size, access: place.access, hits: count });
    }
    for (const tid of active) this.#addIntervals(hits.filter((hit) => hit.tid === tid));
  }

  /** Have all of these been watched? */
  covers(planned: readonly PlannedWatch[]): boolean {
    return planned.every((watch) => this.#hits.has(keyOf(watch)));
  }

  get rounds(): number {
    return this.#rounds;
  }

  /** What kind of sharing the hits prove; `undefined` while they prove none. */
  verdict(): SharingVerdict | undefined {
    if (this.#sharedRounds < SHARED_ROUNDS) return undefined;
    return classifySharing(
      [...this.#hits.values()].map(({ tid, offset, size, access, hits }): LineUse => {
        return { tid, offset, size, store: access === 'writes', weight: hits };
      }),
    );
  }

  result(): Confirmation {
    const uses = [...this.#hits.values()];
    const interval = median(this.#intervals);
    return {
      rounds: this.#rounds,
      uses,
      hits: uses.reduce((sum, { hits }) => sum + hits, 0),
      ...(interval === undefined ? {} : { hitIntervalNs: interval }),
    };
  }

  #addIntervals(hits: readonly PlacedHit[]): void {
    for (let i = 1; i < hits.length; i++) {
      this.#intervals.push(hits[i]!.timeNs - hits[i - 1]!.timeNs);
    }
  }
}

function keyOf({ tid, offset, size, place }: PlannedWatch): string {
  return [tid, offset, size, place.access].join();
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1];
}
