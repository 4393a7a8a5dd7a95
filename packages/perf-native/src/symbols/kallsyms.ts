import { readFileSync } from 'node:fs';
import type { Support } from '@hftmon/core';

/** A kernel function that covers an address. */
export interface KernelSymbolMatch {
  readonly name: string;
  /** Its first address. */
  readonly start: bigint;
  /** `[kernel]`, or the module as the kernel writes it: `[nf_tables]`, `[bpf]`. */
  readonly module: string;
}

const KERNEL = '[kernel]';
const PAGE = 4096n;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** Kernel symbols sorted by address: 13 bytes each and their text, which is kept as it was read. */
export class KernelSymbolTable {
  readonly #text: Buffer;
  readonly #addresses: BigUint64Array;
  /** Where the name begins in the text. */
  readonly #names: Uint32Array;
  /** 1 for functions; data symbols stay, for they mark where the function before them ends. */
  readonly #isText: Uint8Array;

  constructor(text: Buffer, addresses: BigUint64Array, names: Uint32Array, isText: Uint8Array) {
    this.#text = text;
    this.#addresses = addresses;
    this.#names = names;
    this.#isText = isText;
  }

  /** How many symbols it holds, functions and data. */
  get size(): number {
    return this.#addresses.length;
  }

  /** The kernel hid the addresses (kernel.kptr_restrict, or no CAP_SYSLOG). */
  get hidden(): boolean {
    const count = this.#addresses.length;
    return count === 0 || this.#addresses[count - 1] === 0n;
  }

  /** The function that covers the address. */
  find(address: bigint): KernelSymbolMatch | undefined {
    const last = this.#lastAtOrBelow(address);
    const start = this.#addresses[last];
    if (start === undefined || start === 0n) return undefined;
    let first = last;
    while (first > 0 && this.#addresses[first - 1] === start) first--;
    const chosen = this.#bestAlias(first, last);
    if (chosen === undefined) return undefined;
    const { name, module } = this.#entry(chosen);
    if (address >= this.#end(start, last, module)) return undefined;
    return { name, start, module };
  }

  #lastAtOrBelow(address: bigint): number {
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] as bigint) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * kallsyms has no sizes: a function reaches to the next symbol. The last one of the kernel or
   * of a module would reach over the gap behind it, so it ends within the page after it, as perf
   * has it.
   */
  #end(start: bigint, last: number, module: string): bigint {
    const next = this.#addresses[last + 1];
    if (next !== undefined && this.#entry(last + 1).module === module) return next;
    const bound = ((start + PAGE - 1n) / PAGE) * PAGE + PAGE;
    return next !== undefined && next < bound ? next : bound;
  }

  /** Among names of one address: a function, not weak, global, few underscores. */
  #bestAlias(first: number, last: number): number | undefined {
    let best: number | undefined;
    let bestScore = -1;
    for (let i = first; i <= last; i++) {
      if (this.#isText[i] !== 1) continue;
      const { name, type } = this.#entry(i);
      // Marks of the linker, listed as functions; nothing executes "in" them.
      if (name === '_text' || name === '_stext' || name === '_etext') continue;
      const score =
        (type === 'w' || type === 'W' ? 0 : 32) +
        (type === 'T' ? 16 : 0) +
        (15 - Math.min(15, /^_*/.exec(name)?.[0].length ?? 0));
      if (score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    return best;
  }

  #entry(index: number): { name: string; type: string; module: string } {
    const from = this.#names[index] as number;
    let end = this.#text.indexOf(NEWLINE, from);
    if (end < 0) end = this.#text.length;
    const [name, module] = this.#text.toString('latin1', from, end).split('\t');
    const type = String.fromCharCode(this.#text[from - 2] as number);
    return { name: name as string, type, module: module?.trim() ?? KERNEL };
  }
}

/** Parses the bytes of /proc/kallsyms: `ADDRESS TYPE NAME[\t[MODULE]]`, hexadecimal. */
export function parseKallsyms(text: Buffer): KernelSymbolTable {
  let capacity = 1;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) capacity++;
  const addresses = new BigUint64Array(capacity);
  const words = new Uint32Array(addresses.buffer);
  const names = new Uint32Array(capacity);
  const isText = new Uint8Array(capacity);
  const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
  const lowWord = littleEndian ? 0 : 1;
  let count = 0;
  let sorted = true;
  for (let line = 0; line < text.length;) {
    let high = 0;
    let low = 0;
    let at = line;
    for (let digit = hexDigit(text[at]); digit >= 0; digit = hexDigit(text[++at])) {
      high = ((high << 4) | (low >>> 28)) >>> 0;
      low = ((low << 4) | digit) >>> 0;
    }
    if (at > line && text[at] === SPACE && text[at + 2] === SPACE) {
      const type = text[at + 1] as number;
      // t and T are functions, w and W weak ones; both cases differ in bit 5 alone.
      isText[count] = (type | 0x20) === 0x74 || (type | 0x20) === 0x77 ? 1 : 0;
      words[count * 2 + lowWord] = low;
      words[count * 2 + 1 - lowWord] = high;
      names[count] = at + 3;
      if (count > 0 && (addresses[count - 1] as bigint) > (addresses[count] as bigint)) {
        sorted = false;
      }
      count++;
    }
    const end = text.indexOf(NEWLINE, at);
    line = end < 0 ? text.length : end + 1;
  }
  if (sorted) {
    return new KernelSymbolTable(
      text,
      addresses.slice(0, count),
      names.slice(0, count),
      isText.slice(0, count),
    );
  }
  // Older kernels list modules and BPF programs in no order.
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    const left = addresses[a] as bigint;
    const right = addresses[b] as bigint;
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  return new KernelSymbolTable(
    text,
    BigUint64Array.from(order, (i) => addresses[i] as bigint),
    Uint32Array.from(order, (i) => names[i] as number),
    Uint8Array.from(order, (i) => isText[i] as number),
  );
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined || byte === TAB) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  return -1;
}

/** Shortest time between two readings of /proc/kallsyms, ms: one takes some 100 ms of CPU. */
const RELOAD_AFTER_MS = 10_000;

/**
 * Kernel symbols of this host, read from `/proc/kallsyms` at the first question and again, at
 * most every 10 s, when an address is in no known function (a module or a BPF program was loaded).
 */
export class KernelSymbols {
  readonly #path: string;
  readonly #nowMs: () => number;
  #table: KernelSymbolTable | undefined;
  #failure: string | undefined;
  #loadedMs = -Infinity;

  constructor(procRoot = '/proc', nowMs: () => number = () => performance.now()) {
    this.#path = `${procRoot}/kallsyms`;
    this.#nowMs = nowMs;
  }

  /** Can kernel addresses be named? Reads the symbols when it was not done yet. */
  support(): Support {
    const table = this.#load();
    if (this.#failure !== undefined) {
      return {
        ok: false,
        code: 'HFTMON_E_UNSUPPORTED',
        reason: `kernel symbols are not available: ${this.#path} cannot be read (${this.#failure})`,
        remedy: 'run as root, on a kernel built with CONFIG_KALLSYMS=y',
      };
    }
    if (table === undefined || table.hidden) {
      return {
        ok: false,
        code: 'HFTMON_E_UNSUPPORTED',
        reason: `kernel symbols are not available: all addresses in ${this.#path} are hidden (zero)`,
        remedy: 'run as root or with CAP_SYSLOG, and: sudo sysctl kernel.kptr_restrict=1',
      };
    }
    return { ok: true, tier: 'procfs', source: this.#path };
  }

  /** The kernel function that covers the address; `undefined` too when symbols are hidden. */
  find(address: bigint): KernelSymbolMatch | undefined {
    const match = this.#load()?.find(address);
    if (match !== undefined || this.#nowMs() - this.#loadedMs < RELOAD_AFTER_MS) return match;
    this.#table = undefined;
    this.#failure = undefined;
    return this.#load()?.find(address);
  }

  #load(): KernelSymbolTable | undefined {
    if (this.#table !== undefined || this.#failure !== undefined) return this.#table;
    this.#loadedMs = this.#nowMs();
    try {
      this.#table = parseKallsyms(readFileSync(this.#path));
    } catch (error) {
      this.#failure = (error as NodeJS.ErrnoException).code ?? String(error);
    }
    return this.#table;
  }
}
