import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus, inOrder, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';

/** Stop the timer tick, and the work that it brings, while one thread has the CPU. */
export const stopTick: Rule = (loss, host) => {
  const homes = homeCpus(loss, host);
  const file = `${host.sysRoot}/devices/system/cpu/nohz_full`;
  // A kernel that can't stop the tick does not have the file.
  if (homes === undefined || host.read(file) === undefined) return undefined;
  const { nohzFull } = host.cpus;
  if (homes.cpus.every((cpu) => nohzFull.includes(cpu))) return undefined;
  const all = formatCpuList([...new Set([...nohzFull, ...homes.cpus])].sort((a, b) => a - b));
  return {
    rule: 'stop-tick',
    tid: homes.victims[0]!.tid,
    summary: `the timer tick interrupts ${victimName(homes)} on CPU ${formatCpuList(homes.cpus)}: stop it there`,
    when: 'at_boot',
    evidence: [
      { what: 'CPUs without tick', value: formatCpuList(nohzFull) || 'none', source: file },
    ],
    expectedEffect: 'the tick stops while the thread is the only one that can run there',
    bootParameters: `nohz_full=${all} rcu_nocbs=${all}`,
    ...(homes.pins.length === 0
      ? {}
      : { command: inOrder(homes.pins), undo: inOrder(homes.unpins) }),
    caution: 'entering and leaving the kernel takes longer on such CPUs',
  };
};
