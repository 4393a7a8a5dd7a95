import { SAMPLE, SAMPLE_FLAG } from './layout.js';

const HIGH = 0x1_0000_0000;

/**
 * Samples in place, in the memory that the native thread writes: valid until the next `poll` of
 * the sampler. Index `i` counts from 0 to `count - 1`. Nothing here allocates. Addresses are
 * numbers, exact for user space, which ends below 2^53; see `isExactAddress` for what hardware
 * may report beyond.
 */
export class SampleBatch {
  /** Samples in this batch. */
  count = 0;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #words: number;
  #first = 0;

  /**
   * @param slots - memory of the slots
   * @param slotBytes - size of one
   */
  constructor(slots: ArrayBuffer, offset: number, slotBytes: number) {
    this.#u32 = new Uint32Array(slots, offset);
    this.#f64 = new Float64Array(slots, offset);
    this.#words = slotBytes >>> 2;
  }

  /** @internal Points at `count` slots from number `first`. */
  point(first: number, count: number): void {
    this.#first = first;
    this.count = count;
  }

  /** Nanoseconds since the epoch. */
  timeNs(i: number): number {
    return this.#f64[(this.#at(i) + (SAMPLE.time >>> 2)) >>> 1] as number;
  }

  tid(i: number): number {
    return this.#word(i, SAMPLE.tid);
  }

  pid(i: number): number {
    return this.#word(i, SAMPLE.pid);
  }

  cpu(i: number): number {
    return this.#word(i, SAMPLE.cpu);
  }

  /** Index of the event in the sampler's list. */
  event(i: number): number {
    return this.#word(i, SAMPLE.event);
  }

  /**
   * Instruction pointer. Of `cpu-clock`: the instruction that was to run next when the clock
   * struck, mostly the one after the one that waited.
   */
  ip(i: number): number {
    return this.#address(i, SAMPLE.ip);
  }

  /** Does the hardware say that `ip` is the very instruction that was sampled? */
  hasExactIp(i: number): boolean {
    return (this.#word(i, SAMPLE.flags) & SAMPLE_FLAG.exactIp) !== 0;
  }

  /** Do `address`, the data source and `weight` come from hardware? Else they are 0. */
  hasData(i: number): boolean {
    return (this.#word(i, SAMPLE.flags) & SAMPLE_FLAG.hasData) !== 0;
  }

  /** Data address; 0 when the hardware gave none. */
  address(i: number): number {
    return this.#address(i, SAMPLE.address);
  }

  /** Is the data address below 2^53, so exact? Kernel addresses are not. */
  isExactAddress(i: number): boolean {
    return this.#word(i, SAMPLE.address + 4) < 0x20_0000;
  }

  /** Bits 0 to 31 of `union perf_mem_data_src`; see `data-source.ts`. */
  dataSourceLow(i: number): number {
    return this.#word(i, SAMPLE.dataSource);
  }

  /** Bits 32 to 63 of `union perf_mem_data_src`. */
  dataSourceHigh(i: number): number {
    return this.#word(i, SAMPLE.dataSource + 4);
  }

  /** Latency of the access in core cycles, where the hardware gives it. */
  weight(i: number): number {
    return this.#word(i, SAMPLE.weight);
  }

  /** Are there user registers? */
  hasRegisters(i: number): boolean {
    return (this.#word(i, SAMPLE.flags) & SAMPLE_FLAG.hasRegisters) !== 0;
  }

  /** Was the task in 32-bit mode, so that its code has to be decoded as such? */
  is32Bit(i: number): boolean {
    return (this.#word(i, SAMPLE.flags) & SAMPLE_FLAG.registers32) !== 0;
  }

  /** Bits 0 to 31 of a user register, by its perf number; see `X86_REGISTER`, `ARM64_REGISTER`. */
  registerLow(i: number, register: number): number {
    return this.#word(i, SAMPLE.registers + 8 * register);
  }

  /** Bits 32 to 63 of a user register. */
  registerHigh(i: number, register: number): number {
    return this.#word(i, SAMPLE.registers + 8 * register + 4);
  }

  /** A user register as an unsigned number; inexact from 2^53 on, so take the halves to compute. */
  register(i: number, register: number): number {
    return this.#address(i, SAMPLE.registers + 8 * register);
  }

  #at(i: number): number {
    return (this.#first + i) * this.#words;
  }

  #word(i: number, offset: number): number {
    return this.#u32[this.#at(i) + (offset >>> 2)] as number;
  }

  #address(i: number, offset: number): number {
    return this.#word(i, offset) + this.#word(i, offset + 4) * HIGH;
  }
}
