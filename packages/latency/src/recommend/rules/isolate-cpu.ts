import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';
import type { TuningHost } from '../tuning-host.js';

/** Names of the kernel's own threads of one CPU, which isolation leaves where they are. */
const PER_CPU = /\/\d+/;

/** Keep a crowd off the CPU: tasks that come and go can't be moved one by one. */
export const isolateCpu: Rule = (loss, host) => {
  const homes = homeCpus(loss, host);
  if (homes === undefined || PER_CPU.test(loss.culprit)) return undefined;
  if (loss.tasks.keys().some((tid) => host.task(tid)?.bound === true)) return undefined;
  const { isolated } = host.cpus;
  if (homes.cpus.every((cpu) => isolated.includes(cpu))) return undefined;
  const list = formatCpuList(homes.cpus);
  return {
    rule: 'isolate-cpu',
    tid: homes.victims[0]!.tid,
    summary: `tasks named ${loss.culprit} take CPU ${list} from ${victimName(homes)}: isolate it`,
    when: 'at_boot',
    evidence: [
      {
        what: 'isolated CPUs',
        value: formatCpuList(isolated) || 'none',
        source: '/sys/devices/system/cpu/isolated',
      },
      {
        what: `tasks named ${loss.culprit}`,
        value: loss.tasks.overflowed ? 'more than 16' : loss.tasks.keys().length,
        unit: 'count',
        source: 'receipts',
      },
    ],
    expectedEffect: `the scheduler puts nothing on CPU ${list} that is not pinned to it`,
    bootParameters: `isolcpus=${isolationFlags(host)},${formatCpuList([...new Set([...isolated, ...homes.cpus])].sort((a, b) => a - b))}`,
    call: `pin the thread when it starts: pthread_setaffinity_np, taskset -c ${list}`,
    caution: `in place of the isolcpus= that is there, and taken back by that; threads must be pinned to isolated CPUs, one each: nothing is balanced there`,
  };
};

/** Those that are in force, and what keeps tasks and managed interrupts away. */
function isolationFlags(host: TuningHost): string {
  const given = (host.bootParameter('isolcpus') ?? '').split(',');
  const kept = given.filter((word) => word === 'nohz');
  return [...kept, 'domain', 'managed_irq'].join(',');
}
