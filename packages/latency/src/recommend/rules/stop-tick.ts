import { formatCpuList, parseCpuList } from '@hftmon/perf-native';
import { homeCpus, victimName } from '../home-cpus.js';
import type { Rule } from '../rule.js';
import type { TuningHost } from '../tuning-host.js';

/** It keeps the time for the others, and kernels take it off the list again. */
const BOOT_CPU = 0;

/** Stop the timer tick, and the work that it brings, while one thread has the CPU. */
export const stopTick: Rule = (loss, host) => {
  const homes = homeCpus(loss, host);
  const file = `${host.sysRoot}/devices/system/cpu/nohz_full`;
  // A kernel that can't stop the tick does not have the file.
  if (homes === undefined || host.read(file) === undefined) return undefined;
  const { nohzFull } = host.cpus;
  if (homes.cpus.every((cpu) => nohzFull.includes(cpu))) return undefined;
  const callbacks = callbackCpus(host);
  if (homes.cpus.includes(BOOT_CPU) || callbacks === undefined) return undefined;
  const all = joined(nohzFull, homes.cpus);
  return {
    rule: 'stop-tick',
    tid: homes.victims[0]!.tid,
    summary: `the timer tick interrupts ${victimName(homes)} on CPU ${formatCpuList(homes.cpus)}: stop it there`,
    when: 'at_boot',
    evidence: [
      { what: 'CPUs without tick', value: formatCpuList(nohzFull) || 'none', source: file },
    ],
    expectedEffect: 'the tick stops while the thread is the only one that can run there',
    bootParameters: `nohz_full=${all} rcu_nocbs=${joined(callbacks, homes.cpus, nohzFull)}`,
    call: `pin the thread when it starts: pthread_setaffinity_np, taskset -c ${formatCpuList(homes.cpus)}`,
    caution:
      'in place of the parameters of these names that are there, and taken back by those; one task alone may be runnable there, so keep others away (isolcpus=, affinity); entering and leaving the kernel takes longer on such CPUs',
  };
};

function joined(...lists: readonly (readonly number[])[]): string {
  return formatCpuList([...new Set(lists.flat())].sort((a, b) => a - b));
}

/** CPUs whose RCU callbacks run elsewhere already; `undefined` when what was given is not understood. */
function callbackCpus(host: TuningHost): readonly number[] | undefined {
  const given = host.bootParameter('rcu_nocbs') ?? '';
  const { online } = host.cpus;
  if (given === 'all') return online;
  try {
    return parseCpuList(given.replaceAll('N', String(online.at(-1))));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
