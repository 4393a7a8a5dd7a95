import { createError, type Refusal } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { callFailure, toRefusal } from '../native/call-failure.js';
import {
  systemCounterLibrary,
  type SystemCounterHandle,
  type SystemCounterLibrary,
} from '../native/system-counter-bindings.js';

/** An event of a PMU that counts for everybody. */
export interface SystemEvent {
  /** `perf_event_attr.type`. */
  readonly type: number;
  readonly config: bigint;
  readonly config1: bigint;
  readonly config2: bigint;
  /** CPU to count on: one of the PMU's cpumask. */
  readonly cpu: number;
}

/** A counter, or why there is none. */
export type OpenedSystemCounter = { readonly ok: true; readonly counter: SystemCounter } | Refusal;

/**
 * Counts an event of a CPU or a package, whoever causes it (perf_event_open with pid -1). Closed
 * at the latest when the thread that opened it ends.
 */
export class SystemCounter implements Disposable {
  readonly #library: SystemCounterLibrary;
  readonly #out = new Float64Array(3);
  #handle: SystemCounterHandle | undefined;

  private constructor(library: SystemCounterLibrary, handle: SystemCounterHandle) {
    this.#library = library;
    this.#handle = handle;
  }

  /** Begins to count; `HFTMON_E_NOT_PERMITTED` without CAP_PERFMON. */
  static open({ type, config, config1, config2, cpu }: SystemEvent): OpenedSystemCounter {
    const library = systemCounterLibrary();
    const out: SystemCounterHandle[] = [null];
    const result = library.open(type, config, config1, config2, cpu, out);
    if (result === 0) return { ok: true, counter: new SystemCounter(library, out[0]) };
    const operation = `counting an event on CPU ${cpu}`;
    return toRefusal(callFailure(result, operation, nativeLibrary().lastError(), 0));
  }

  /** Reads the count; `value`, `enabledNs` and `runningNs` are of then. Allocates nothing. */
  read(): void {
    if (this.#handle === undefined) {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'read', state: 'closed' });
    }
    const result = this.#library.read(this.#handle, this.#out);
    if (result === 0) return;
    const { code, facts } = callFailure(result, 'reading', nativeLibrary().lastError(), 0);
    throw createError(code, facts);
  }

  /** Events since the open, as counted: not scaled when `runningNs` is less than `enabledNs`. */
  get value(): number {
    return this.#out[0]!;
  }

  get enabledNs(): number {
    return this.#out[1]!;
  }

  /** Time that the event was on a counter. */
  get runningNs(): number {
    return this.#out[2]!;
  }

  /** Idempotent. */
  close(): void {
    if (this.#handle !== undefined) this.#library.close(this.#handle);
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
