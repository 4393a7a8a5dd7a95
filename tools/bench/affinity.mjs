import { execFileSync } from 'node:child_process';
import { parseCpuList } from '@hftmon/testkit';
import { readFileSync } from 'node:fs';

/**
 * Which CPU does what. The target has the last one for itself, as far as the host allows; the
 * benchmark, the monitor and every peer work on the others.
 */
export function planCpus() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const all = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)[1]);
  const target = all.at(-1);
  const others = all.filter((cpu) => cpu !== target);
  return { all, target, housekeeping: others.length > 0 ? others : all };
}

/** Moves every thread of this process; children that it starts afterwards are born there. */
export function pinSelf(cpus) {
  execFileSync('taskset', ['-acp', cpus.join(','), String(process.pid)]);
}
