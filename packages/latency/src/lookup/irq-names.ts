import { readInterrupts } from '@hftmon/perf-native';

/** Shortest time between two readings, ms. */
const REREAD_AFTER_MS = 1000;

/** Names of interrupt lines from /proc/interrupts, read when first asked for. */
export class IrqNames {
  readonly #procRoot: string;
  #names = new Map<number, string>();
  #readMs = -Infinity;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** Handlers of the line, as the kernel lists them. */
  of(irq: number): string | undefined {
    if (!this.#names.has(irq) && performance.now() - this.#readMs > REREAD_AFTER_MS) this.#read();
    return this.#names.get(irq);
  }

  #read(): void {
    this.#readMs = performance.now();
    for (const [irq, line] of readInterrupts(this.#procRoot).irqs) {
      if (line.name !== '') this.#names.set(irq, line.name);
    }
  }
}
