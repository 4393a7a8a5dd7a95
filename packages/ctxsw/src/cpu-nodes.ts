import { readNumaTopology } from '@hftmon/perf-native';

/** Moves between NUMA nodes, counted without allocation; CPUs that no node has are not counted. */
export class CpuNodes {
  /** Node by CPU, -1 for none. */
  readonly #nodeOfCpu: Int32Array;
  readonly #ids: readonly number[];
  /** From × to, by index of the node. */
  readonly #moves: Float64Array;
  readonly #indexOfCpu: Int32Array;

  constructor(sysRoot: string) {
    const { nodes } = readNumaTopology(sysRoot);
    this.#ids = nodes.map((node) => node.id);
    this.#moves = new Float64Array(nodes.length ** 2);
    const cpus = nodes.reduce((most, node) => Math.max(most, ...node.cpus), -1) + 1;
    this.#nodeOfCpu = new Int32Array(cpus).fill(-1);
    this.#indexOfCpu = new Int32Array(cpus).fill(-1);
    nodes.forEach((node, index) => {
      for (const cpu of node.cpus) {
        this.#nodeOfCpu[cpu] = node.id;
        this.#indexOfCpu[cpu] = index;
      }
    });
  }

  /** `undefined` for a CPU of no node, and on a kernel without NUMA. */
  nodeOf(cpu: number): number | undefined {
    const node = this.#nodeOfCpu[cpu] ?? -1;
    return node < 0 ? undefined : node;
  }

  /** Counts a move. Hot path. */
  count(from: number, to: number): void {
    const cpus = this.#indexOfCpu.length;
    if (from >= cpus || to >= cpus) return;
    const fromIndex = this.#indexOfCpu[from]!;
    const toIndex = this.#indexOfCpu[to]!;
    if (fromIndex >= 0 && toIndex >= 0) this.#moves[fromIndex * this.#ids.length + toIndex]! += 1;
  }

  /** Moves counted so far, by nodes; pairs without any are left out. */
  moves(): { from: number; to: number; count: number }[] {
    return this.#ids.flatMap((from, i) =>
      this.#ids
        .map((to, j) => ({ from, to, count: this.#moves[i * this.#ids.length + j]! }))
        .filter(({ count }) => count > 0),
    );
  }
}
