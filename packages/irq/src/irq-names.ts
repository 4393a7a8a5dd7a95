import { readFileSync } from 'node:fs';
import { readInterrupts } from '@hftmon/perf-native';

/**
 * Who handles an interrupt, from /proc/interrupts. Read once, and again when a number turns up
 * that was not there; the name of one that nobody handles any more is remembered.
 */
export class IrqNames {
  readonly #procRoot: string;
  readonly #sysRoot: string;
  readonly #names = new Map<number, string>();

  constructor(procRoot: string, sysRoot: string) {
    this.#procRoot = procRoot;
    this.#sysRoot = sysRoot;
    this.#read();
  }

  /** Device names (one per handler of a shared line, separated by commas), or `irq N`. */
  nameOf(irq: number): string {
    let name = this.#names.get(irq);
    if (name === undefined) {
      this.#read();
      name = this.#names.get(irq) ?? this.#actions(irq) ?? `irq ${irq}`;
      this.#names.set(irq, name);
    }
    return name;
  }

  #read(): void {
    for (const { irq, name } of readInterrupts(this.#procRoot).irqs.values()) {
      if (name !== '') this.#names.set(irq, name);
    }
  }

  /** Another place that tells, for kernels that print no names in /proc/interrupts. */
  #actions(irq: number): string | undefined {
    try {
      return readFileSync(`${this.#sysRoot}/kernel/irq/${irq}/actions`, 'utf8').trim() || undefined;
    } catch {
      return undefined; // no such line, or no sysfs: it is named by its number
    }
  }
}
