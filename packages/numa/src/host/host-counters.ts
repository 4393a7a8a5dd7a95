import { optionalText } from '../files/read-text.js';
import { allocationsSince, parseNumastat, type NodeAllocations } from './numastat.js';
import { balancingSince, parseBalancing, type BalancingCounts } from './vmstat.js';

interface Reading {
  readonly allocations: ReadonlyMap<number, NodeAllocations>;
  readonly balancing: BalancingCounts | undefined;
}

/** Allocations by node and NUMA balancing of the host since it was made. */
export class HostCounters {
  readonly #read: () => Reading;
  readonly #first: Reading;
  #last: Reading;

  constructor(procRoot: string, sysRoot: string, nodeIds: readonly number[]) {
    this.#read = () => readCounters(procRoot, sysRoot, nodeIds);
    this.#first = this.#read();
    this.#last = this.#first;
  }

  /** Reads the counters. */
  refresh(): void {
    this.#last = this.#read();
  }

  /** Pages handed out by a node since the start; `undefined` when the kernel does not tell. */
  allocations(nodeId: number): NodeAllocations | undefined {
    const [first, last] = [this.#first, this.#last].map((r) => r.allocations.get(nodeId));
    return first === undefined || last === undefined ? undefined : allocationsSince(first, last);
  }

  /** NUMA balancing since the start; `undefined` on a kernel without it. */
  balancing(): BalancingCounts | undefined {
    const [first, last] = [this.#first.balancing, this.#last.balancing];
    return first === undefined || last === undefined ? undefined : balancingSince(first, last);
  }
}

function readCounters(procRoot: string, sysRoot: string, nodeIds: readonly number[]): Reading {
  const allocations = new Map<number, NodeAllocations>();
  for (const id of nodeIds) {
    const text = optionalText(`${sysRoot}/devices/system/node/node${id}/numastat`);
    const counts = parseNumastat(text ?? '');
    if (counts !== undefined) allocations.set(id, counts);
  }
  return { allocations, balancing: parseBalancing(optionalText(`${procRoot}/vmstat`) ?? '') };
}
