import { WordKeyIndex } from '../tables/word-key-index.js';
import { DropReason } from './drop-reason.js';
import type { InstructionAccess } from './previous-access.js';
import { NO_REGISTER } from './registers.js';

/** Bits of {@link AccessCache.flags}. */
export const AccessFlag = { Load: 1, Store: 2, Address32: 4 } as const;

/** The registers of samples, by their numbers in `X86_REGISTER`. */
export interface RegisterBatch {
  registerLow(sample: number, register: number): number;
  registerHigh(sample: number, register: number): number;
}

/**
 * What is known of the instruction before each sampled address of one process, in columns by slot:
 * instructions are decoded once, samples only do arithmetic.
 */
export class AccessCache {
  readonly reasons: Uint8Array;
  readonly flags: Uint8Array;
  readonly sizes: Uint8Array;
  readonly lengths: Uint8Array;
  readonly #bases: Int8Array;
  readonly #indexes: Int8Array;
  readonly #scales: Uint8Array;
  readonly #displacements: Uint32Array;
  readonly #slots: WordKeyIndex;

  /** @param capacity - most instructions that are remembered at a time */
  constructor(capacity: number) {
    this.#slots = new WordKeyIndex(2, capacity);
    this.reasons = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.sizes = new Uint8Array(capacity);
    this.lengths = new Uint8Array(capacity);
    this.#bases = new Int8Array(capacity);
    this.#indexes = new Int8Array(capacity);
    this.#scales = new Uint8Array(capacity);
    this.#displacements = new Uint32Array(2 * capacity);
  }

  /** Slot of an address, or -1 when it is not known. Does not allocate. */
  find(ipLow: number, ipHigh: number): number {
    this.#slots.key[0] = ipLow;
    this.#slots.key[1] = ipHigh;
    return this.#slots.find();
  }

  /** Remembers an answer; forgets all others when there is no room. @returns its slot */
  add(ipLow: number, ipHigh: number, access: InstructionAccess | DropReason): number {
    if (this.#slots.size === this.#slots.capacity) this.clear();
    this.#slots.key[0] = ipLow;
    this.#slots.key[1] = ipHigh;
    const slot = this.#slots.findOrAdd();
    if (typeof access === 'number') this.reasons[slot] = access;
    else this.#describe(slot, access);
    return slot;
  }

  /**
   * Address that the access of a slot had, from the registers of a sample.
   *
   * @param sample - index of the sample in its batch
   * @returns the address, or -1 when it is none of user space
   */
  address(slot: number, batch: RegisterBatch, sample: number): number {
    const base = this.#bases[slot]!;
    const index = this.#indexes[slot]!;
    const scale = this.#scales[slot]!;
    let low = this.#displacements[2 * slot]!;
    let high = this.#displacements[2 * slot + 1]!;
    if (base !== NO_REGISTER) {
      low += batch.registerLow(sample, base);
      high += batch.registerHigh(sample, base);
    }
    if (index !== NO_REGISTER) {
      low += scale * batch.registerLow(sample, index);
      high += scale * batch.registerHigh(sample, index);
    }
    // Sums of at most ten 32-bit numbers are exact in a double; the carry is what is above.
    const word = low % WORD;
    if ((this.flags[slot]! & AccessFlag.Address32) !== 0) return word;
    high = (high + Math.floor(low / WORD)) % WORD;
    return high < USER_HIGH ? high * WORD + word : -1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#slots.clear();
  }

  #describe(slot: number, access: InstructionAccess): void {
    this.reasons[slot] = DropReason.None;
    this.flags[slot] =
      (access.load ? AccessFlag.Load : 0) |
      (access.store ? AccessFlag.Store : 0) |
      (access.address32 ? AccessFlag.Address32 : 0);
    this.sizes[slot] = access.size;
    this.lengths[slot] = access.length;
    this.#bases[slot] = access.base;
    this.#indexes[slot] = access.index;
    this.#scales[slot] = access.scale;
    this.#displacements[2 * slot] = Number(access.displacement & 0xffff_ffffn);
    this.#displacements[2 * slot + 1] = Number(access.displacement >> 32n);
  }
}

const WORD = 2 ** 32;
/**
 * User space ends at 2^47 with four levels of page tables. Memory above it, which a program must
 * ask for by address, is given up so that addresses are exact in a double.
 */
const USER_HIGH = 2 ** 15;
