import type { Support } from '@hftmon/core';
import { SystemCounter, encodeEvent, readPmuDevices, type SystemEvent } from '@hftmon/perf-native';
import type { HardwareCount } from './steal.js';

const SUPPORT: Support = { ok: true, tier: 'hardware', source: 'msr/smi/' };

/** Does the kernel count SMIs, by sysfs? Whether the counter can be opened is another question. */
export function smiSupport(sysRoot: string): Support {
  if (smiEvent(sysRoot) !== undefined) return SUPPORT;
  return {
    ok: false,
    code: 'HFTMON_E_UNSUPPORTED',
    reason: 'the kernel has no counter of SMIs (msr/smi/)',
    remedy: 'run on an Intel host without a hypervisor, which has it',
  };
}

function smiEvent(sysRoot: string): Omit<SystemEvent, 'cpu'> | undefined {
  const [msr] = readPmuDevices(sysRoot, /^msr$/);
  const event = msr?.events.get('smi');
  const words = event === undefined ? undefined : encodeEvent(event.terms, msr!.format);
  return words === undefined ? undefined : { type: msr!.type, ...words };
}

/** Counts system-management interrupts of a CPU, where the kernel offers it (msr/smi/ on Intel). */
export class SmiCounter implements Disposable {
  readonly #counter: SystemCounter | undefined;
  readonly support: Support;
  #before = 0;

  constructor(cpu: number, sysRoot: string) {
    const event = smiEvent(sysRoot);
    if (event === undefined) {
      this.support = smiSupport(sysRoot);
      return;
    }
    const opened = SystemCounter.open({ ...event, cpu });
    if (!opened.ok) {
      this.support = opened;
      return;
    }
    this.support = SUPPORT;
    this.#counter = opened.counter;
    this.#counter.read();
    this.#before = this.#counter.value;
  }

  /** SMIs since it was made. Reading it interrupts the CPU: not during a run. */
  count(): HardwareCount {
    this.#counter?.read();
    const value = this.#counter === undefined ? undefined : this.#counter.value - this.#before;
    return { value, support: this.support };
  }

  [Symbol.dispose](): void {
    this.#counter?.close();
  }
}
