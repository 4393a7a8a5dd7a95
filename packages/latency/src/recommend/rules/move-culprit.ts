import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, inOrder, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';

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
  if (tasks.some(({ comm, bound }) => comm !== loss.culprit || bound)) return undefined;
  const moves: string[] = [];
  const undo: string[] = [];
  for (const { tid, allowed } of tasks) {
    if (!allowed.some((cpu) => homes.cpus.includes(cpu))) continue;
    const cpuset = host.cpusetOf(tid);
    const to = homes.free.filter((cpu) => cpuset.includes(cpu));
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
    undo: inOrder([...undo, ...homes.unpins]),
    caution: `lasts until ${loss.culprit} is started again; to make it last, start it with taskset or CPUAffinity=`,
  };
};
