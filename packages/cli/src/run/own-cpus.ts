import { readFileSync } from 'node:fs';
import { HelperProcess } from './helper-process.js';

/** CPUs that this process may use. */
export function allowedCpus(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Moves every thread of this process off a CPU, as far as there is another one. */
export async function leaveCpu(cpu: number): Promise<void> {
  const helper = new HelperProcess('hftmon-demo', 'keepoff', {
    pid: process.pid,
    'off-cpu': cpu,
  });
  try {
    await helper.next();
  } finally {
    await helper.kill();
  }
}
