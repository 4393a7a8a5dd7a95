/** Visits one entry: a cache line (or page), a thread, and the node that it ran on. */
export type EntryVisitor = (address: number, tid: number, cpuNode: number, samples: number) => void;

/** Entries that are left free, so that a search stays short. */
const FULL_SHARE = 0.75;

/**
 * Counts samples by address, thread and node in memory of a fixed size. When it is full, the
 * entries with the fewest samples make room and are counted as evicted. Adding allocates nothing but
 * then.
 */
export class AddressTable {
  readonly #address: Float64Array;
  readonly #tid: Int32Array;
  readonly #cpuNode: Int16Array;
  /** 0 marks a free entry. */
  readonly #samples: Float64Array;
  readonly #mask: number;
  readonly #limit: number;
  #used = 0;
  #total = 0;
  #evicted = 0;

  /** @param capacity - entries, a power of two */
  constructor(capacity: number) {
    this.#address = new Float64Array(capacity);
    this.#tid = new Int32Array(capacity);
    this.#cpuNode = new Int16Array(capacity);
    this.#samples = new Float64Array(capacity);
    this.#mask = capacity - 1;
    this.#limit = Math.floor(capacity * FULL_SHARE);
  }

  /** Entries in use. */
  get size(): number {
    return this.#used;
  }

  /** Samples added so far. */
  get total(): number {
    return this.#total;
  }

  /** Samples of entries that made room for others. */
  get evicted(): number {
    return this.#evicted;
  }

  /** @param cpuNode - node of the CPU that accessed, -1 when unknown */
  add(address: number, tid: number, cpuNode: number): void {
    if (this.#used >= this.#limit) this.#makeRoom();
    this.#total++;
    this.#put(address, tid, cpuNode, 1);
  }

  /** Visits every entry, in no particular order. */
  forEach(visit: EntryVisitor): void {
    for (let i = 0; i <= this.#mask; i++) {
      const samples = this.#samples[i]!;
      if (samples > 0) visit(this.#address[i]!, this.#tid[i]!, this.#cpuNode[i]!, samples);
    }
  }

  #put(address: number, tid: number, cpuNode: number, samples: number): void {
    let i = hash(address, tid, cpuNode) & this.#mask;
    while (this.#samples[i] !== 0) {
      const same =
        this.#address[i] === address && this.#tid[i] === tid && this.#cpuNode[i] === cpuNode;
      if (same) {
        this.#samples[i]! += samples;
        return;
      }
      i = (i + 1) & this.#mask;
    }
    this.#address[i] = address;
    this.#tid[i] = tid;
    this.#cpuNode[i] = cpuNode;
    this.#samples[i] = samples;
    this.#used++;
  }

  /** Takes the entries with the fewest samples out, so that at least half of them are free. */
  #makeRoom(): void {
    let fewest = 1;
    while (this.#entriesAbove(fewest) > this.#limit / 2) fewest *= 2;
    const kept: number[] = [];
    this.forEach((address, tid, cpuNode, samples) => {
      if (samples > fewest) kept.push(address, tid, cpuNode, samples);
      else this.#evicted += samples;
    });
    this.#samples.fill(0);
    this.#used = 0;
    for (let i = 0; i < kept.length; i += 4) {
      this.#put(kept[i]!, kept[i + 1]!, kept[i + 2]!, kept[i + 3]!);
    }
  }

  #entriesAbove(samples: number): number {
    let entries = 0;
    for (let i = 0; i <= this.#mask; i++) if (this.#samples[i]! > samples) entries++;
    return entries;
  }
}

/** Lines differ in the middle bits of their address; all of them have to reach the low ones. */
function hash(address: number, tid: number, cpuNode: number): number {
  const low = (address / 64) | 0;
  const high = (address / 2 ** 38) | 0;
  let bits = Math.imul(low ^ Math.imul(high, 0x9e3779b1) ^ Math.imul(tid, 0x85ebca6b), 0xc2b2ae35);
  bits ^= (bits >>> 15) + cpuNode;
  return Math.imul(bits, 0x27d4eb2f) >>> 7;
}
