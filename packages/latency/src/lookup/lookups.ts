import { readlinkSync } from 'node:fs';
import type { CollectorContext, StackResolver } from '@hftmon/core';
import { Cgroups, cpuCgroupMount, readNumaTopology, type NumaTopology } from '@hftmon/perf-native';
import { IdleStateNames } from './idle-state-names.js';
import { IrqNames } from './irq-names.js';
import { Mappings } from './mappings.js';
import { TaskNames } from './task-names.js';
import { Ticks } from './ticks.js';

/** Names for what records hold as numbers. Used for spikes alone, never for each record. */
export class Lookups {
  readonly tasks: TaskNames;
  readonly irqs: IrqNames;
  readonly mappings: Mappings;
  readonly nodes: NumaTopology;
  readonly ticks: Ticks;
  readonly idleStates: IdleStateNames;
  /** Of the CPU controller's hierarchy, whose ids limits are told by. */
  readonly cpuCgroups: Cgroups;
  readonly #stacks: StackResolver;
  readonly #procRoot: string;

  constructor({ source, procRoot, sysRoot }: CollectorContext) {
    this.tasks = new TaskNames(source, procRoot);
    this.irqs = new IrqNames(procRoot);
    this.mappings = new Mappings(procRoot);
    this.nodes = readNumaTopology(sysRoot);
    this.cpuCgroups = new Cgroups(procRoot, () => performance.now(), cpuCgroupMount);
    this.ticks = new Ticks(source, sysRoot);
    this.idleStates = new IdleStateNames(sysRoot);
    this.#stacks = source.stacks;
    this.#procRoot = procRoot;
  }

  /** `symbol+0x12` of a kernel address. The first call reads all symbols, some 100 ms. */
  kernelSymbol(address: bigint): string | undefined {
    const { symbol, offset } = this.#stacks.kernelAddress(address);
    if (symbol === undefined || offset === undefined || offset === 0) return symbol;
    return `${symbol}+0x${offset.toString(16)}`;
  }

  /** What a descriptor of a process is now. */
  file(pid: number, fd: number): string | undefined {
    if (pid === 0) return undefined;
    try {
      return readlinkSync(`${this.#procRoot}/${pid}/fd/${fd}`);
    } catch {
      return undefined;
    }
  }
}
