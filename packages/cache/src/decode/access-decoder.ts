import { AccessCache, AccessFlag, type RegisterBatch } from './access-cache.js';
import { DecodedCode } from './decoded-code.js';
import { DropReason } from './drop-reason.js';
import type { CodeBytes } from './decoded-code.js';
import {
  BRANCHES_AFTER,
  BRANCHES_BEFORE,
  previousAccess,
  previousAccessUnanchored,
  type InstructionAccess,
} from './previous-access.js';

/** Where the code of a process comes from. */
export interface CodeSource {
  /**
   * Code around an address: as much of the given reach as can be read in one piece with it;
   * `undefined` when the address itself cannot be read.
   */
  around(address: bigint, before: number, after: number): CodeBytes | undefined;
  /** First address of the function that covers an address, where symbols tell. */
  functionStart(address: bigint): bigint | undefined;
}

/** Larger functions are decoded from nearby instead of from their start, bytes. */
const LARGEST_FUNCTION = 16 * 1024;
const CACHED_INSTRUCTIONS = 16_384;
const CACHED_FUNCTIONS = 256;
const WORD = 2 ** 32;

/**
 * Works out which memory the instruction before a sampled address touched, for one process. The
 * results of `decode` are fields, so that a sample allocates nothing.
 */
export class AccessDecoder {
  /** Of the last sample: what it touched. Valid after `decode` returned `DropReason.None`. */
  address = 0;
  size = 0;
  isLoad = false;
  isStore = false;
  /** Bytes from the start of the instruction to the sampled address. */
  length = 0;
  readonly #source: CodeSource;
  readonly #cache = new AccessCache(CACHED_INSTRUCTIONS);
  readonly #functions = new Map<bigint, DecodedCode>();

  constructor(source: CodeSource) {
    this.#source = source;
  }

  /**
   * @param ip - where the sample was taken, the instruction to run next
   * @param sample - index of the sample in its batch
   */
  decode(ip: number, batch: RegisterBatch, sample: number): DropReason {
    const ipLow = ip % WORD;
    const ipHigh = (ip - ipLow) / WORD;
    let slot = this.#cache.find(ipLow, ipHigh);
    if (slot < 0) slot = this.#cache.add(ipLow, ipHigh, this.#look(BigInt(ip)));
    const reason = this.#cache.reasons[slot] as DropReason;
    if (reason !== DropReason.None) return reason;
    const address = this.#cache.address(slot, batch, sample);
    if (address < 0) return DropReason.NotUserSpace;
    const flags = this.#cache.flags[slot]!;
    this.address = address;
    this.size = this.#cache.sizes[slot]!;
    this.isLoad = (flags & AccessFlag.Load) !== 0;
    this.isStore = (flags & AccessFlag.Store) !== 0;
    this.length = this.#cache.lengths[slot]!;
    return DropReason.None;
  }

  /** The code may have changed: everything is decoded anew. */
  invalidate(): void {
    this.#cache.clear();
    this.#functions.clear();
  }

  #look(ip: bigint): InstructionAccess | DropReason {
    const start = this.#source.functionStart(ip);
    if (start === ip) return DropReason.FunctionEntry;
    if (start === undefined || ip - start > LARGEST_FUNCTION) {
      const code = this.#source.around(ip, BRANCHES_BEFORE, BRANCHES_AFTER);
      return code === undefined ? DropReason.CodeUnreadable : previousAccessUnanchored(code, ip);
    }
    const decoded = this.#functionCode(start, ip);
    return decoded === undefined ? DropReason.CodeUnreadable : previousAccess(decoded, ip);
  }

  /** The function up to some way behind `ip`, where branches back to it may be. */
  #functionCode(start: bigint, ip: bigint): DecodedCode | undefined {
    const known = this.#functions.get(start);
    const reach = Number(ip - start) + BRANCHES_AFTER;
    if (known !== undefined && known.code.bytes.length >= reach) return known;
    const code = this.#source.around(start, 0, Math.max(reach, 2 * BRANCHES_AFTER));
    if (code === undefined || ip - start >= code.bytes.length) return undefined;
    if (this.#functions.size >= CACHED_FUNCTIONS) this.#functions.clear();
    const decoded = new DecodedCode(code);
    this.#functions.set(start, decoded);
    return decoded;
  }
}
