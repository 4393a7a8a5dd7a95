import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, victimName, type HomeCpus } from '../home-cpus.js';
import type { Advice, Rule } from '../rule.js';
import { allOf, inOrder, writeCommand } from '../shell.js';
import type { TuningHost } from '../tuning-host.js';

/** Send a device's interrupts to other CPUs. */
export const moveIrq: Rule = (loss, host) => {
  const { irq } = loss.facts;
  const homes = homeCpus(loss, host);
  if (irq === undefined || homes === undefined) return undefined;
  return movedIrqs(loss.culprit, [irq], homes, host);
};

/** Moves those of the interrupts off the homes that come there, if the kernel lets all of them be moved. */
export function movedIrqs(
  culprit: string,
  irqs: readonly number[],
  homes: HomeCpus,
  host: TuningHost,
): Advice | undefined {
  const hits = irqs
    .flatMap((irq) => host.irq(irq) ?? [])
    .filter(({ allowed, effective }) =>
      (effective ?? allowed).some((cpu) => homes.cpus.includes(cpu)),
    );
  if (hits.length === 0 || hits.some(({ movable }) => !movable)) return undefined;
  const to = formatCpuList(homes.free);
  const file = (irq: number): string => `/proc/irq/${irq}/smp_affinity_list`;
  return {
    rule: 'move-irq',
    tid: homes.victims[0]!.tid,
    summary: `${culprit} hits CPU ${formatCpuList(homes.cpus)} of ${victimName(homes)}: send it to CPU ${to}`,
    when: 'now',
    evidence: hits.map(({ irq, allowed, effective }) => ({
      what: `CPUs that irq ${irq} goes to`,
      value: formatCpuList(effective ?? allowed),
      source: `/proc/irq/${irq}/${effective === undefined ? 'smp' : 'effective'}_affinity_list`,
    })),
    expectedEffect: `it no longer interrupts CPU ${formatCpuList(homes.cpus)}`,
    command: inOrder([...homes.pins, ...hits.map(({ irq }) => writeCommand(to, file(irq)))]),
    undo: allOf([
      ...hits.map(({ irq, allowed }) => writeCommand(formatCpuList(allowed), file(irq))),
      ...homes.unpins,
    ]),
    caution: `lasts until the host or the driver starts again; irqbalance, where it runs, may move it back: have it leave it alone (${hits.map(({ irq }) => `--banirq=${irq}`).join(' ')})`,
  };
}
