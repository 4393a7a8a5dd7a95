import { signalNumber, signalSenderTid, tidAt, timestampAt } from '@hftmon/core';

/** Signals that stop a process: SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU (the same on x86 and arm64). */
const STOP_SIGNALS: ReadonlyMap<number, string> = new Map([
  [19, 'SIGSTOP'],
  [20, 'SIGTSTP'],
  [21, 'SIGTTIN'],
  [22, 'SIGTTOU'],
]);
const KEPT = 64;

/** A stop signal that was sent. */
export interface StopSignal {
  readonly name: string;
  readonly senderTid: number;
  readonly sentNs: number;
}

/** The latest stop signals, for saying who stopped a thread. */
export class StopSignals {
  readonly #sent = new Float64Array(KEPT);
  /** Receiver, sender and number of each. */
  readonly #words = new Int32Array(KEPT * 3);
  #head = 0;

  /** Remembers a Signal record, if it is of one that stops. Hot path: no allocation. */
  add(u32: Uint32Array, f64: Float64Array, base: number): void {
    const number = signalNumber(u32, base);
    if (!STOP_SIGNALS.has(number)) return;
    const i = this.#head++ % KEPT;
    this.#sent[i] = timestampAt(f64, base);
    this.#words[i * 3] = tidAt(u32, base);
    this.#words[i * 3 + 1] = signalSenderTid(u32, base);
    this.#words[i * 3 + 2] = number;
  }

  /** The latest one sent up to `atNs` to a thread that `isOfProcess`: a stop stops them all. */
  before(atNs: number, isOfProcess: (tid: number) => boolean): StopSignal | undefined {
    for (let k = this.#head - 1; k >= Math.max(0, this.#head - KEPT); k--) {
      const i = k % KEPT;
      const name = STOP_SIGNALS.get(this.#words[i * 3 + 2]!);
      if (name === undefined || this.#sent[i]! > atNs) continue;
      if (!isOfProcess(this.#words[i * 3]!)) continue;
      return { name, senderTid: this.#words[i * 3 + 1]!, sentNs: this.#sent[i]! };
    }
    return undefined;
  }
}
