import { expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { quietCpus } from '../../src/run/quiet-cpus.js';

function host(allowed: readonly string[], isolated = ''): FakeRoots {
  const roots = new FakeRoots()
    .write('sys/devices/system/cpu/online', '0-3\n')
    .write('sys/devices/system/cpu/isolated', `${isolated}\n`);
  allowed.forEach((list, i) =>
    roots.write(`proc/7/task/${7 + i}/status`, `Name:\tx\nCpus_allowed_list:\t${list}\n`),
  );
  return roots;
}

it.each([
  { allowed: ['0-3'], isolated: '', cpus: [], why: 'nobody is pinned' },
  { allowed: ['0-3', '2'], isolated: '', cpus: [0, 1, 3], why: 'one thread is pinned' },
  { allowed: ['3', '2'], isolated: '1', cpus: [0], why: 'isolated ones stay out as well' },
  { allowed: ['0', '1', '2', '3'], isolated: '', cpus: [], why: 'all are taken' },
])('$why: $cpus', ({ allowed, isolated, cpus }) => {
  using roots = host(allowed, isolated);
  expect(quietCpus({ pids: [7, 8], procRoot: roots.procRoot, sysRoot: roots.sysRoot })).toEqual(
    cpus,
  );
});
