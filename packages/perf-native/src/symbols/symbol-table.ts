/** A symbol that covers an address. */
export interface SymbolMatch {
  readonly name: string;
  /** Its first address. */
  readonly start: number;
  /** Address after its last. */
  readonly end: number;
}

/** A function as the builder takes it. */
export interface RawSymbol {
  readonly start: number;
  /** Bytes; 0 when the assembler gave none. */
  readonly size: number;
  /** End of its section: where the function ends at the latest, whatever its size says. */
  readonly limit: number;
  /** Where the name begins in the string table. */
  readonly nameOffset: number;
  /** ELF binding: 0 local, 1 global, 2 weak. */
  readonly binding: number;
}

/**
 * Functions sorted by address in typed arrays: about 20 bytes and the name per function, since a
 * process can map a few hundred thousand of them.
 */
export class SymbolTable {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #nameEnds: Uint32Array;
  readonly #names: Buffer;
  readonly #longest: number;

  constructor(starts: Float64Array, ends: Float64Array, nameEnds: Uint32Array, names: Buffer) {
    this.#starts = starts;
    this.#ends = ends;
    this.#nameEnds = nameEnds;
    this.#names = names;
    let longest = 0;
    for (let i = 0; i < starts.length; i++) {
      longest = Math.max(longest, (ends[i] as number) - (starts[i] as number));
    }
    this.#longest = longest;
  }

  /** How many functions it holds. */
  get size(): number {
    return this.#starts.length;
  }

  /** Memory it holds, bytes. */
  get byteLength(): number {
    return this.#starts.length * 20 + this.#names.length;
  }

  /** The function that covers the address: the innermost one, when functions overlap. */
  find(address: number): SymbolMatch | undefined {
    for (let i = lastAtOrBelow(this.#starts, address); i >= 0; i--) {
      const start = this.#starts[i] as number;
      if (address - start >= this.#longest) return undefined;
      const end = this.#ends[i] as number;
      if (address < end) return { name: this.#name(i), start, end };
    }
    return undefined;
  }

  #name(index: number): string {
    const from = index === 0 ? 0 : (this.#nameEnds[index - 1] as number);
    return this.#names.toString('utf8', from, this.#nameEnds[index]);
  }
}

/**
 * Builds the table: one name per address (the one a reader expects among its aliases), and an end
 * for functions of hand-written assembly that have no size.
 */
export function buildSymbolTable(symbols: readonly RawSymbol[], strings: Buffer): SymbolTable {
  const sorted = [...symbols].sort(
    (a, b) => a.start - b.start || preference(strings, b, a) || a.nameOffset - b.nameOffset,
  );
  const kept = sorted.filter((symbol, i) => i === 0 || sorted[i - 1]?.start !== symbol.start);
  const starts = new Float64Array(kept.length);
  const ends = new Float64Array(kept.length);
  const nameEnds = new Uint32Array(kept.length);
  let nameBytes = 0;
  kept.forEach((symbol, i) => {
    const next = kept[i + 1]?.start ?? Infinity;
    starts[i] = symbol.start;
    ends[i] = Math.min(symbol.size > 0 ? symbol.start + symbol.size : next, symbol.limit);
    nameBytes += nameEnd(strings, symbol.nameOffset) - symbol.nameOffset;
    nameEnds[i] = nameBytes;
  });
  const names = Buffer.alloc(nameBytes);
  let to = 0;
  kept.forEach((symbol, i) => {
    const length = (nameEnds[i] as number) - to;
    strings.copy(names, to, symbol.nameOffset, symbol.nameOffset + length);
    to += length;
  });
  return new SymbolTable(starts, ends, nameEnds, names);
}

/** Index of the last element that is not above the value, or -1. The array is sorted. */
export function lastAtOrBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const GLOBAL = 1;
const WEAK = 2;

/**
 * Positive when `a` is the better name. The order of perf: with a size, not weak, global, fewer
 * leading underscores, the longer name. So `memcpy` wins over `__memcpy`.
 */
function preference(strings: Buffer, a: RawSymbol, b: RawSymbol): number {
  return (
    Number(a.size > 0) - Number(b.size > 0) ||
    Number(b.binding === WEAK) - Number(a.binding === WEAK) ||
    Number(a.binding === GLOBAL) - Number(b.binding === GLOBAL) ||
    underscores(strings, b.nameOffset) - underscores(strings, a.nameOffset) ||
    nameEnd(strings, a.nameOffset) - a.nameOffset - (nameEnd(strings, b.nameOffset) - b.nameOffset)
  );
}

function underscores(strings: Buffer, offset: number): number {
  let count = 0;
  while (strings[offset + count] === 0x5f) count++;
  return count;
}

// A loop, since names are short and a native call for each would take longer.
function nameEnd(strings: Buffer, offset: number): number {
  let end = offset;
  while (end < strings.length && strings[end] !== 0) end++;
  return end;
}
