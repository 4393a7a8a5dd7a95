import { statSync } from 'node:fs';
import { parseCpuList } from './cpus.js';
import { readText } from './read.js';

/** Where the kernel lets an interrupt go, from /proc/irq. */
export interface IrqAffinity {
  readonly irq: number;
  /** CPUs that it may go to (`smp_affinity_list`). */
  readonly allowed: readonly number[];
  /** CPUs that it really goes to; `undefined` where the interrupt controller does not tell. */
  readonly effective: readonly number[] | undefined;
  /** NUMA node of its device; `undefined` when it has none. */
  readonly node: number | undefined;
  /**
   * User space may change it, as far as the kernel tells beforehand. It keeps managed interrupts
   * (queues that the driver spreads over all CPUs) and those that belong to a CPU where they are.
   */
  readonly movable: boolean;
}

/** Reads `/proc/irq/IRQ`; `undefined` for an interrupt that is not there. */
export function readIrqAffinity(irq: number, procRoot = '/proc'): IrqAffinity | undefined {
  const folder = `${procRoot}/irq/${irq}`;
  const allowed = cpuList(`${folder}/smp_affinity_list`);
  if (allowed === undefined) return undefined;
  const node = Number(readText(`${folder}/node`) ?? -1);
  const effective = cpuList(`${folder}/effective_affinity_list`);
  return {
    irq,
    allowed,
    effective: effective?.length === 0 ? undefined : effective,
    node: Number.isInteger(node) && node >= 0 ? node : undefined,
    movable: isWritable(`${folder}/smp_affinity_list`),
  };
}

function cpuList(path: string): number[] | undefined {
  const text = readText(path);
  try {
    return text === undefined ? undefined : parseCpuList(text);
  } catch {
    return undefined; // no list: a kernel, or a fake, that says something else
  }
}

/** Newer kernels make the file read-only where they would refuse every change, older ones do not. */
function isWritable(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o200) !== 0;
}
