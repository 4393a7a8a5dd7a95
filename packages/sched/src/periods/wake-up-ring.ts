/** Wake-ups that are kept of a thread. */
export const WAKE_UPS = 512;

/** The latest wake-ups of a thread, oldest first. Pushing does not allocate. */
export class WakeUpRing {
  readonly #timesNs = new Float64Array(WAKE_UPS);
  readonly #syscalls = new Int16Array(WAKE_UPS);
  #pushed = 0;

  get count(): number {
    return Math.min(this.#pushed, WAKE_UPS);
  }

  /**
   * Adds the wake-up at `times[index]`.
   * @param syscall - that it slept in, -1 when that is not known
   */
  push(times: Float64Array, index: number, syscall: number): void {
    const at = this.#pushed % WAKE_UPS;
    this.#timesNs[at] = times[index]!;
    this.#syscalls[at] = syscall;
    this.#pushed++;
  }

  timeNs(i: number): number {
    return this.#timesNs[this.#index(i)]!;
  }

  syscall(i: number): number {
    return this.#syscalls[this.#index(i)]!;
  }

  #index(i: number): number {
    return (this.#pushed - this.count + i) % WAKE_UPS;
  }
}
