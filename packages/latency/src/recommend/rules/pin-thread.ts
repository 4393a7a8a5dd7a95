import { formatCpuList } from '@hftmon/perf-native';
import { homeCpus } from '../home-cpus.js';
import type { Rule } from '../rule.js';
import { allOf, inOrder } from '../shell.js';

/** Keep a thread on its CPU. */
export const pinThread: Rule = (loss, host) => {
  const homes = homeCpus(loss, host);
  if (homes === undefined || homes.pins.length === 0) return undefined;
  const [victim] = homes.victims;
  return {
    rule: 'pin-thread',
    tid: victim!.tid,
    summary: `${victim!.comm} (${victim!.tid}) is moved between CPUs: pin it to CPU ${formatCpuList(homes.cpus)}`,
    when: 'now',
    evidence: [
      {
        what: 'CPUs that it may use',
        value: formatCpuList(victim!.allowed),
        source: `/proc/${victim!.tid}/status`,
      },
    ],
    expectedEffect: 'it is not moved any more',
    command: inOrder(homes.pins),
    undo: allOf(homes.unpins),
    caution:
      'whoever else runs there then delays it: see who does; lasts until the thread ends, and it can pin itself (pthread_setaffinity_np)',
  };
};
