import type { Rule } from '../rule.js';
import type { TunableTask } from '../tuning-host.js';

const FAIR = 100;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
const STRONGEST = 99;
/** Above the interrupt threads' 50, which the kernel's defaults leave room for. */
const USUAL = 51;

/** Put the thread above those who took the CPU. */
export const raisePriority: Rule = ({ facts, victims, culprit, cpus }, host) => {
  const { priority, policy } = facts.task ?? {};
  const [tid] = victims.keys();
  const victim = tid === undefined ? undefined : host.task(tid);
  if (priority === undefined || policy === 'SCHED_DEADLINE' || victim === undefined) {
    return undefined;
  }
  // Alone with one CPU, a real-time thread that polls would shut everything else out.
  if (host.cpus.online.length < 2) return undefined;
  const wanted = priority >= FAIR ? USUAL : STRONGEST - priority + 1;
  const isRealtime = victim.policy === SCHED_FIFO || victim.policy === SCHED_RR;
  const own = isRealtime ? STRONGEST - victim.priority : 0;
  if (priority < 0 || wanted > STRONGEST || own >= wanted) return undefined;
  return {
    rule: 'raise-priority',
    tid: victim.tid,
    summary: `${culprit} preempts ${victim.comm} (${victim.tid}), which is not stronger: raise its priority`,
    when: 'now',
    evidence: [
      { what: `priority of ${culprit}`, value: nameOf(priority, policy), source: 'sched_switch' },
      {
        what: `priority of ${victim.comm} (${victim.tid})`,
        value: isRealtime ? `real-time ${own}` : `fair (${victim.priority})`,
        source: '/proc/TID/stat',
      },
    ],
    expectedEffect: `${culprit} can't preempt it any more`,
    command: `chrt -f -p ${wanted} ${victim.tid}`,
    undo: undoOf(victim, own),
    caution: `it then shuts out everything weaker on CPU ${cpus.keys()[0]} while it runs, and is throttled where sched_rt_runtime_us says so`,
  };
};

function undoOf({ policy, tid }: TunableTask, priority: number): string {
  const flag = { 1: '-f', 2: '-r', 3: '-b', 5: '-i' }[policy] ?? '-o';
  return `chrt ${flag} -p ${priority} ${tid}`;
}

function nameOf(priority: number, policy = ''): string {
  const level = priority >= FAIR ? `fair (${priority})` : `real-time ${STRONGEST - priority}`;
  return policy === '' ? level : `${policy}, ${level}`;
}
