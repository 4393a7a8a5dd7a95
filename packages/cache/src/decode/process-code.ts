import { isMonitorError, refusalOf, type Refusal } from '@hftmon/core';
import { readProcessMemory, type Symbolizer } from '@hftmon/perf-native';
import type { CodeSource } from './access-decoder.js';
import type { CodeBytes } from './decoded-code.js';

/** Names code, so tells where functions begin. */
export type CodeSymbols = Pick<Symbolizer, 'user'>;

const PAGE = 4096;
const CACHED_PAGES = 1024;

/**
 * The code of a live process, read page by page (process_vm_readv) and kept until `invalidate`.
 * Needs the right to ptrace the process.
 */
export class ProcessCode implements CodeSource {
  /** Why no code may be read, if so. */
  failure: Refusal | undefined;
  readonly #pid: number;
  readonly #symbolizer: CodeSymbols;
  readonly #pages = new Map<number, Uint8Array | undefined>();

  constructor(pid: number, symbolizer: CodeSymbols) {
    this.#pid = pid;
    this.#symbolizer = symbolizer;
  }

  around(address: bigint, before: number, after: number): CodeBytes | undefined {
    const at = Number(address);
    const home = at - (at % PAGE);
    if (this.#page(home) === undefined) return undefined;
    let from = home;
    while (from > at - before && this.#page(from - PAGE) !== undefined) from -= PAGE;
    let to = home + PAGE;
    while (to < at + after && this.#page(to) !== undefined) to += PAGE;
    from = Math.max(from, at - before);
    to = Math.min(to, at + after);
    return { address: BigInt(from), bytes: this.#copy(from, to) };
  }

  functionStart(address: bigint): bigint | undefined {
    const offset = this.#symbolizer.user(this.#pid, [address])[0]?.offset;
    return offset === undefined ? undefined : address - BigInt(offset);
  }

  invalidate(): void {
    this.#pages.clear();
  }

  #copy(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    for (let page = from - (from % PAGE); page < to; page += PAGE) {
      const source = this.#page(page) as Uint8Array;
      const begin = Math.max(from, page);
      const end = Math.min(to, page + PAGE);
      bytes.set(source.subarray(begin - page, end - page), begin - from);
    }
    return bytes;
  }

  #page(address: number): Uint8Array | undefined {
    if (this.#pages.has(address)) return this.#pages.get(address);
    if (this.#pages.size >= CACHED_PAGES) this.#pages.clear();
    const page = this.#read(address);
    this.#pages.set(address, page);
    return page;
  }

  #read(address: number): Uint8Array | undefined {
    const bytes = new Uint8Array(PAGE);
    const results = new Int32Array(1);
    try {
      const whole = readProcessMemory(
        this.#pid,
        Float64Array.of(address),
        Uint32Array.of(PAGE),
        bytes,
        results,
      );
      return whole === 1 ? bytes : undefined;
    } catch (error) {
      // The samples are counted as dropped; that a process has ended needs no further word.
      if (!isMonitorError(error)) throw error;
      if (error.code === 'HFTMON_E_MEMORY_NOT_PERMITTED') this.failure = refusalOf(error);
      return undefined;
    }
  }
}
