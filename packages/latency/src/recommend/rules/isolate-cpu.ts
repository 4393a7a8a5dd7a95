import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, inOrder, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';

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
    bootParameters: `isolcpus=domain,managed_irq,${formatCpuList([...new Set([...isolated, ...homes.cpus])].sort((a, b) => a - b))}`,
    ...(homes.pins.length === 0
      ? {}
      : { command: inOrder(homes.pins), undo: inOrder(homes.unpins) }),
    caution: 'threads must be pinned to isolated CPUs, one each: nothing is balanced there',
  };
};
