/** Why a run ended. */
export type EndReason =
  /** The time of `-d` was up. */
  | 'duration'
  /** Ctrl-C, SIGTERM or SIGHUP. */
  | 'signal'
  /** All targets ended. */
  | 'exit'
  /** Enough was seen (`--once`). */
  | 'enough'
  /** Nobody reads the output any more, or it cannot be written. */
  | 'unread';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The end of a run, for whichever reason comes first. Listens to signals from its creation on, so
 * that one that comes while monitoring is being set up also ends with a report. A second signal
 * ends the process at once, as without us.
 */
export class RunEnd implements Disposable {
  /** Settles when the run is to end. */
  readonly reason: Promise<EndReason>;
  #settle!: (reason: EndReason) => void;
  #timer: NodeJS.Timeout | undefined;
  #signalled = false;
  #atNs: bigint | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#signalled) {
      this[Symbol.dispose]();
      process.kill(process.pid, signal);
    }
    this.#signalled = true;
    this.end('signal');
  };

  constructor() {
    this.reason = new Promise((resolve) => (this.#settle = resolve));
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** When the reason came, CLOCK_MONOTONIC ns. */
  get atNs(): bigint | undefined {
    return this.#atNs;
  }

  /** Ends the run; the first reason counts. */
  end(reason: EndReason): void {
    this.#atNs ??= process.hrtime.bigint();
    this.#settle(reason);
  }

  /** Ends the run after so many ns from now. */
  after(ns: number): void {
    const untilMs = performance.now() + ns / 1e6;
    const wait = (): void => {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return this.end('duration');
      // A timer may fire up to 1 ms early.
      this.#timer = setTimeout(wait, Math.min(Math.ceil(leftMs), LONGEST_MS));
    };
    wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
