import { lastAtOrBelow } from './symbol-table.js';

/** A compiled function that covers an address. */
export interface PerfMapMatch {
  readonly name: string;
  /** Its first address. */
  readonly start: bigint;
}

/** Beyond this a map is no longer read, so that a runaway JIT cannot fill the memory. */
const MAX_ENTRIES = 1_000_000;
const LINE = /^(?:0x)?([0-9a-fA-F]{1,13}) (?:0x)?([0-9a-fA-F]{1,8}) (.+)$/;

/**
 * Functions that a JIT compiler wrote to its perf map (`START SIZE name` in hexadecimal, one a
 * line). The file only grows: feed it as it does. A JIT reuses memory, so where lines overlap the
 * later one counts; the file has no times, so what was at the address earlier is not known.
 */
export class PerfMap {
  #starts = new Float64Array(0);
  #sizes: number[] = [];
  #names: string[] = [];
  /** Start addresses in the order of the file. */
  #appended: number[] = [];
  /** Positions in the file, sorted by start address. */
  #order = new Uint32Array(0);
  #longest = 0;
  #rest = '';
  #truncated = false;

  /** How many lines it holds. */
  get size(): number {
    return this.#appended.length;
  }

  /** The map was longer than what is kept; newer functions are missing. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** Takes the next piece of the file; it may end in the middle of a line. */
  append(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const match = LINE.exec(line);
      if (match === null) continue;
      if (this.#appended.length >= MAX_ENTRIES) {
        this.#truncated = true;
        return;
      }
      const size = Number.parseInt(match[2] as string, 16);
      this.#appended.push(Number.parseInt(match[1] as string, 16));
      this.#sizes.push(size);
      this.#names.push(match[3] as string);
      this.#longest = Math.max(this.#longest, size);
    }
  }

  /** The function that was last compiled to this address. */
  find(address: bigint): PerfMapMatch | undefined {
    this.#sort();
    const target = Number(address);
    let best = -1;
    for (let i = lastAtOrBelow(this.#starts, target); i >= 0; i--) {
      if (target - (this.#starts[i] as number) >= this.#longest) break;
      const line = this.#order[i] as number;
      const inside = target < (this.#starts[i] as number) + (this.#sizes[line] as number);
      if (inside && line > best) best = line;
    }
    if (best < 0) return undefined;
    return { name: this.#names[best] as string, start: BigInt(this.#appended[best] as number) };
  }

  #sort(): void {
    const count = this.#appended.length;
    if (this.#order.length === count) return;
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    order.sort((a, b) => (this.#appended[a] as number) - (this.#appended[b] as number) || a - b);
    this.#order = order;
    this.#starts = Float64Array.from(order, (line) => this.#appended[line] as number);
  }
}
