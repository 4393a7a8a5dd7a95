import type { Message } from '../../run/helper-process.js';

/** One disturbance, by the clock of whoever did it; never by hftmon's. CLOCK_MONOTONIC ns. */
export interface Injection {
  readonly startNs: number;
  readonly endNs: number;
  /** What it took by itself, without what else happened meanwhile, ns: at least, and at most. */
  readonly leastNs: number;
  /** 0 where nobody but the target's gaps can tell. */
  readonly mostNs: number;
  /** Thread that did it, where not all of the deed were done by one. */
  readonly by?: number;
}

/** What the self-test's program did to its target. */
export interface Deed {
  readonly injections: readonly Injection[];
  /** Tries in which something else happened, by the kernel's books. */
  readonly voided: number;
  /** Thread that did it; absent where that was the target itself. */
  readonly by?: number;
  /** Number of the interrupt. */
  readonly irq?: number;
  /** Name of the control group. */
  readonly cgroup?: string;
}

/** Reads the program's answer. */
export function deedOf(message: Message): Deed {
  const { by, irq, cgroup } = message;
  const list = message['injections'] as readonly (readonly number[])[];
  return {
    injections: list.map(injectionOf),
    voided: message['voided'] as number,
    ...(by === undefined ? {} : { by: by as number }),
    ...(irq === undefined ? {} : { irq: irq as number }),
    ...(cgroup === undefined ? {} : { cgroup: cgroup as string }),
  };
}

function injectionOf([startNs, endNs, leastNs, mostNs, by]: readonly number[]): Injection {
  return {
    startNs: startNs!,
    endNs: endNs!,
    leastNs: leastNs!,
    mostNs: mostNs!,
    ...(by === 0 ? {} : { by: by! }),
  };
}
