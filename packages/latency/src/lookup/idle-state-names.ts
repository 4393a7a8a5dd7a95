import { readIdleStates, type IdleState } from '@hftmon/perf-native';

/** Idle states of each CPU, read when first asked for: they are fixed when the driver comes. */
export class IdleStateNames {
  readonly #sysRoot: string;
  readonly #byCpu = new Map<number, readonly IdleState[]>();

  constructor(sysRoot: string) {
    this.#sysRoot = sysRoot;
  }

  of(cpu: number, index: number): IdleState | undefined {
    let states = this.#byCpu.get(cpu);
    if (states === undefined) {
      this.#byCpu.set(cpu, (states = readIdleStates(cpu, this.#sysRoot)));
    }
    return states.find((state) => state.index === index);
  }
}
