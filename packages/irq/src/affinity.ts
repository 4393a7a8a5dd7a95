import {
  readAllowedCpus,
  readCpuLists,
  readIrqAffinity,
  type IrqAffinity,
} from '@hftmon/perf-native';

/** Where a device's interrupts go, against the CPUs of the target threads. */
export interface InterruptAffinity extends Omit<IrqAffinity, 'irq'> {
  readonly irqNumber: number;
  readonly source: string;
  /** CPUs of target threads that it goes to. */
  readonly targetCpus: readonly number[];
  readonly onTargetCpus: boolean;
  /** Moves it off them; absent when it is not on them, cannot be moved, or has nowhere to go. */
  readonly command?: string;
  /** Why there is no command, where one is wanted. */
  readonly obstacle?: string;
}

/** Roots of /proc and /sys. */
export interface Roots {
  readonly procRoot: string;
  readonly sysRoot: string;
}

/** CPUs where threads of these processes may run. */
export function targetCpusOf(pids: Iterable<number>, procRoot: string): ReadonlySet<number> {
  return new Set([...pids].flatMap((pid) => readAllowedCpus(pid, procRoot)));
}

/** Compares the affinity of an interrupt; `undefined` for one that is not there. */
export function interruptAffinity(
  irqNumber: number,
  source: string,
  targets: ReadonlySet<number>,
  { procRoot, sysRoot }: Roots,
): InterruptAffinity | undefined {
  const found = readIrqAffinity(irqNumber, procRoot);
  if (found === undefined) return undefined;
  const { allowed, effective, node, movable } = found;
  const targetCpus = (effective ?? allowed).filter((cpu) => targets.has(cpu));
  const onTargetCpus = targetCpus.length > 0;
  return {
    irqNumber,
    source,
    allowed,
    effective,
    node,
    movable,
    targetCpus,
    onTargetCpus,
    ...(onTargetCpus ? wayOut(irqNumber, movable, targets, sysRoot) : {}),
  };
}

function wayOut(
  irq: number,
  movable: boolean,
  targets: ReadonlySet<number>,
  sysRoot: string,
): Pick<InterruptAffinity, 'command' | 'obstacle'> {
  if (!movable) return { obstacle: 'the kernel manages its affinity and refuses to change it' };
  const { online, isolated, nohzFull } = readCpuLists(sysRoot);
  const kept = new Set([...isolated, ...nohzFull]);
  const free = online.filter((cpu) => !targets.has(cpu) && !kept.has(cpu));
  if (free.length === 0) return { obstacle: 'target threads may run on every CPU: pin them first' };
  return { command: `echo ${free.join(',')} > /proc/irq/${irq}/smp_affinity_list` };
}
