import type { EvidenceFact } from '@hftmon/core';
import type { Rule } from '../rule.js';
import type { TunableTask, TuningHost } from '../tuning-host.js';

const FAIR = 100;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
/** Policies that a priority can be raised from, and that chrt can put back, with its option. */
const OPTIONS: Readonly<Record<number, string>> = { 0: '-o', 1: '-f', 2: '-r', 3: '-b', 5: '-i' };
const STRONGEST = 99;
/** The kernel's own: stopper threads, and watchdogs of older kernels. Nobody else is to be there. */
const MOST = STRONGEST - 1;

/**
 * Put the thread above those who took the CPU, and no higher: what else is on that CPU, interrupt
 * threads and the kernel's own, is none of its business. Not above what the kernel can have run
 * nowhere else, and not above another target.
 */
export const raisePriority: Rule = ({ facts, victims, culprit, cpus, tasks }, host) => {
  const { priority, policy } = facts.task ?? {};
  const [tid] = victims.keys();
  const [cpu] = cpus.keys();
  const victim = tid === undefined ? undefined : host.task(tid);
  if (priority === undefined || policy === 'SCHED_DEADLINE' || victim === undefined) {
    return undefined;
  }
  // Alone with one CPU, a real-time thread that polls would shut everything else out.
  if (host.cpus.online.length < 2 || cpu === undefined) return undefined;
  const wanted = priority >= FAIR ? 1 : STRONGEST - priority + 1;
  const own = realtimePriority(victim);
  const option = OPTIONS[victim.policy];
  if (priority < 0 || wanted > MOST || own >= wanted || option === undefined) return undefined;
  if (tasks.keys().some((other) => isOfOneCpu(other, host))) return undefined;
  const others = host.occupied.pinnedTo(cpu).filter((task) => task.tid !== victim.tid);
  if (others.some((task) => realtimePriority(task) < wanted)) return undefined;
  const reset = host.resetsOnFork(victim.tid) ? '-R ' : '';
  const raised = victim.policy === SCHED_RR ? '-r' : '-f';
  return {
    rule: 'raise-priority',
    tid: victim.tid,
    summary: `${culprit} preempts ${victim.comm} (${victim.tid}), which is not stronger: raise its priority`,
    when: 'now',
    evidence: [
      { what: `priority of ${culprit}`, value: nameOf(priority, policy), source: 'sched_switch' },
      {
        what: `priority of ${victim.comm} (${victim.tid})`,
        value: own > 0 ? `real-time ${own}` : `fair (${victim.priority})`,
        source: '/proc/TID/stat',
      },
      ...realtimeShare(host),
    ],
    expectedEffect: `${culprit} can't preempt it any more, but for the share of each period that the kernel keeps for others`,
    command: `chrt ${reset}${raised} -p ${wanted} ${victim.tid}`,
    undo: `chrt ${reset}${option} -p ${own} ${victim.tid}`,
    caution: `it then shuts out everything weaker on CPU ${cpu} while it runs, the kernel's work there too; if it never sleeps, the kernel stops it for what is left of each period for others (kernel.sched_rt_runtime_us; the fair server since 6.12); ${reset === '' ? 'what it starts from then on inherits the priority; ' : ''}lasts until it ends`,
  };
};

function realtimePriority({ policy, priority }: TunableTask): number {
  return policy === SCHED_FIFO || policy === SCHED_RR ? STRONGEST - priority : 0;
}

/** Work of the kernel that no other CPU can do: a thread that never sleeps would hold it up for good. */
function isOfOneCpu(tid: number, host: TuningHost): boolean {
  const task = host.task(tid);
  return task !== undefined && task.kernelThread && task.bound;
}

function realtimeShare(host: TuningHost): EvidenceFact[] {
  const folder = `${host.procRoot}/sys/kernel`;
  const [runtime, period] = ['runtime', 'period'].map((name) =>
    Number(host.read(`${folder}/sched_rt_${name}_us`) ?? NaN),
  );
  if (runtime === undefined || period === undefined || Number.isNaN(runtime + period)) return [];
  const what = 'time per period that real-time threads of a CPU may take';
  const value = runtime < 0 ? 'all' : `${runtime} of ${period} us`;
  return [{ what, value, source: 'kernel.sched_rt_runtime_us, kernel.sched_rt_period_us' }];
}

function nameOf(priority: number, policy = ''): string {
  const level = priority >= FAIR ? `fair (${priority})` : `real-time ${STRONGEST - priority}`;
  return policy === '' ? level : `${policy}, ${level}`;
}
