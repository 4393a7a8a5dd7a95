import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, roomAmong, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';
import { allOf, inOrder } from '../shell.js';
import { movedIrqs } from './move-irq.js';

const SCHED_DEADLINE = 6;
/** Name of a thread that handles an interrupt: it runs where that goes. */
const IRQ_THREAD = /^irq\/(\d+)-/;
/** Tasks that are moved one by one; more are a crowd. */
const MOST_TASKS = 8;

/** Take those who took the CPU to other ones. */
export const moveCulprit: Rule = (loss, host) => {
  const homes = homeCpus(loss, host);
  if (homes === undefined || loss.tasks.overflowed) return undefined;
  const tids = loss.tasks.keys();
  const tasks = tids.flatMap((tid) => host.task(tid) ?? []);
  // A tid may be another task's by now, and one that has ended may have followers.
  if (tasks.length < tids.length || tids.length > MOST_TASKS) return undefined;
  if (tasks.some(({ comm }) => comm !== loss.culprit)) return undefined;
  const [, irq] = IRQ_THREAD.exec(loss.culprit) ?? [];
  if (irq !== undefined && tasks.every(({ kernelThread }) => kernelThread)) {
    return movedIrqs(loss.culprit, [Number(irq)], homes, host);
  }
  if (tasks.some(({ bound, policy }) => bound || policy === SCHED_DEADLINE)) return undefined;
  const moves: string[] = [];
  const undo: string[] = [];
  for (const { tid, allowed } of tasks) {
    if (!allowed.some((cpu) => homes.cpus.includes(cpu))) continue;
    const elsewhere = host.cpusetOf(tid).filter((cpu) => !homes.cpus.includes(cpu));
    const to = roomAmong(elsewhere, host);
    if (to.length === 0) return undefined;
    moves.push(`taskset -cp ${formatCpuList(to)} ${tid}`);
    undo.push(`taskset -cp ${formatCpuList(allowed)} ${tid}`);
  }
  if (moves.length === 0) return undefined;
  return {
    rule: 'move-culprit',
    tid: homes.victims[0]!.tid,
    summary: `${loss.culprit} takes CPU ${formatCpuList(homes.cpus)} from ${victimName(homes)}: move it to other CPUs`,
    when: 'now',
    evidence: tasks.map(({ tid, allowed }) => ({
      what: `CPUs that ${loss.culprit} (${tid}) may use`,
      value: formatCpuList(allowed),
      source: '/proc/TID/status',
    })),
    expectedEffect: `${loss.culprit} can't run there any more`,
    command: inOrder([...homes.pins, ...moves]),
    undo: allOf([...undo, ...homes.unpins]),
    caution: `lasts until ${loss.culprit} is started again; to make it last, start it with taskset or CPUAffinity=`,
  };
};
