import type { Support } from '@hftmon/core';
import { SystemCounter, encodeEvent, readPmuDevices } from '@hftmon/perf-native';
import type { HardwareCount } from './steal.js';

/** Counts system-management interrupts of a CPU, where the kernel offers it (msr/smi/ on Intel). */
export class SmiCounter implements Disposable {
  readonly #counter: SystemCounter | undefined;
  readonly #support: Support;
  #before = 0;

  constructor(cpu: number, sysRoot: string) {
    const [msr] = readPmuDevices(sysRoot, /^msr$/);
    const event = msr?.events.get('smi');
    const words =
      msr === undefined || event === undefined ? undefined : encodeEvent(event.terms, msr.format);
    if (msr === undefined || words === undefined) {
      this.#support = {
        ok: false,
        code: 'HFTMON_E_UNSUPPORTED',
        reason: 'the kernel has no counter of SMIs for this CPU (msr/smi/)',
        remedy: 'it is there on Intel hosts without a hypervisor',
      };
      return;
    }
    const opened = SystemCounter.open({ type: msr.type, ...words, cpu });
    if (!opened.ok) {
      this.#support = opened;
      return;
    }
    this.#support = { ok: true, tier: 'hardware', source: 'msr/smi/' };
    this.#counter = opened.counter;
    this.#counter.read();
    this.#before = this.#counter.value;
  }

  /** SMIs since it was made. Reading it interrupts the CPU: not during a run. */
  count(): HardwareCount {
    this.#counter?.read();
    const value = this.#counter === undefined ? undefined : this.#counter.value - this.#before;
    return { value, support: this.#support };
  }

  [Symbol.dispose](): void {
    this.#counter?.close();
  }
}
