import { AttributeReader, decodeAttributes } from '@hftmon/perf-native';
import type { ThreadRegistry } from '../threads/thread-registry.js';
import { Sum, type ThreadTrack } from '../threads/thread-track.js';
import { changedAttributes, type FoundChange } from './attribute-change.js';
import { kernelPriority } from './kernel-priority.js';

/** Changes that are kept; the oldest are forgotten. */
const KEPT_CHANGES = 4096;
/** A look is followed by a pause of so many times its length: at most 1 % of a CPU. */
const PAUSE_PER_LOOK = 99;

/**
 * Looks at the attributes of all live threads, in turn with pauses, and notes what changed. The
 * kernel has no event for these changes that needs no further probe, so a change is found at the
 * next look. A look allocates for changes alone.
 */
export class AttributeWatch {
  readonly #registry: ThreadRegistry;
  readonly #reader = new AttributeReader();
  readonly #batch: ThreadTrack[] = [];
  readonly #intervalNs: number;
  /** When the last look began, and when the next is due: doubles in an array are never boxed. */
  readonly #times = new Float64Array([-Infinity, -Infinity]);
  readonly #changes: FoundChange[] = [];

  constructor(registry: ThreadRegistry, intervalMs: number) {
    this.#registry = registry;
    this.#intervalNs = intervalMs * 1e6;
  }

  /** Changes found, oldest first. */
  get changes(): readonly FoundChange[] {
    return this.#changes;
  }

  /** Shortest time between two looks, ns. */
  get intervalNs(): number {
    return this.#intervalNs;
  }

  /** Looks if it is time. */
  sample(nowNs: number): void {
    if (nowNs >= this.#times[1]!) this.look(nowNs);
  }

  /** Looks now. */
  look(nowNs: number): void {
    const begin = performance.now();
    const resolutionNs = nowNs - this.#times[0]!;
    const { live } = this.#registry;
    for (let i = 0; i < live.length; i += this.#reader.capacity)
      this.#lookAt(i, nowNs, resolutionNs);
    this.#times[0] = nowNs;
    const tookNs = (performance.now() - begin) * 1e6;
    this.#times[1] = nowNs + Math.max(this.#intervalNs, tookNs * PAUSE_PER_LOOK);
  }

  #lookAt(from: number, nowNs: number, resolutionNs: number): void {
    const reader = this.#reader;
    const { live } = this.#registry;
    const count = Math.min(reader.capacity, live.length - from);
    for (let i = 0; i < count; i++) {
      this.#batch[i] = live[from + i]!;
      reader.tids[i] = live[from + i]!.tid;
    }
    reader.read(count);
    for (let i = 0; i < count; i++) {
      const track = this.#batch[i]!;
      track.errno = reader.errorAt(i);
      if (track.errno !== 0 || reader.isSame(i, track.attributes)) continue;
      this.#take(track, i, nowNs, resolutionNs);
    }
  }

  #take(track: ThreadTrack, entry: number, nowNs: number, resolutionNs: number): void {
    const before = track.isKnown ? decodeAttributes(track.attributes) : undefined;
    const after = this.#reader.attributes(entry)!;
    this.#reader.copy(entry, track.attributes);
    track.isKnown = true;
    track.kernelPriority = kernelPriority(after);
    const changed = before === undefined ? [] : changedAttributes(before, after);
    if (before === undefined || changed.length === 0) return;
    track.add(Sum.AttributeChanges, 1);
    if (changed.includes('affinity')) track.add(Sum.AffinityChanges, 1);
    const { tid, pid } = track;
    this.#changes.push({ foundNs: nowNs, resolutionNs, tid, pid, before, after, changed });
    if (this.#changes.length > KEPT_CHANGES) this.#changes.shift();
  }
}
