import { describe, expect, it } from 'vitest';
import { notAttached } from '../../../src/runtimes/unseen-pauses.js';

describe('probes that the kernel refuses', () => {
  it.each([
    ['EPERM', 1, /CAP_BPF and CAP_PERFMON/],
    ['EACCES', 13, /CAP_BPF and CAP_PERFMON/],
    ['ENFILE', 23, /fs\.file-max/],
    ['EMFILE', 24, /ulimit -n/],
    ['EOPNOTSUPP', 95, /CONFIG_UPROBE_EVENTS/],
    ['EINVAL', 22, /another build/],
  ])('because of %s have the remedy of that', (name, errno, remedy) => {
    expect(notAttached(7, -errno, `attaching (${name})`)).toMatchObject({
      code: 'HFTMON_E_PAUSES_UNSEEN',
      reason: expect.stringContaining(`attaching (${name})`) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });
});
