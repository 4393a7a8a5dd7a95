import { CPU } from '../layout.js';

/**
 * Sees in shared memory whether probes have written records that nobody has moved yet, which is
 * much cheaper than a native call that finds nothing.
 */
export class KernelBacklog {
  readonly #words: Int32Array;
  readonly #end: number;

  /** @param cpus - `struct hftmon_cpu` of each CPU @param count - CPUs */
  constructor(cpus: Uint32Array, count: number) {
    this.#words = new Int32Array(cpus.buffer, cpus.byteOffset, cpus.length);
    this.#end = (count * CPU.bytes) / 4;
  }

  /** Hot path: two loads per CPU. The low halves of the 64-bit positions tell a difference. */
  get waiting(): boolean {
    const words = this.#words;
    for (let cpu = 0; cpu < this.#end; cpu += CPU.bytes / 4) {
      const head = Atomics.load(words, cpu + CPU.head / 4);
      if (head !== Atomics.load(words, cpu + CPU.tail / 4)) return true;
    }
    return false;
  }
}
