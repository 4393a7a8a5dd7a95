import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { IsolatedCpus } from '../../../src/sharing/isolated-cpus.js';
import { sharingSettings } from '../../../src/sharing/settings.js';

function isolated(files: Readonly<Record<string, string>>, body: (cpus: IsolatedCpus) => void) {
  using roots = new FakeRoots();
  for (const [path, text] of Object.entries(files)) roots.write(path, text);
  body(new IsolatedCpus(roots.procRoot, roots.sysRoot));
}

const CPU = 'sys/devices/system/cpu';
const STATUS = 'proc/7/task/8/status';

describe('isolated CPUs', () => {
  it('are those of isolcpus and of nohz_full', () => {
    isolated({ [`${CPU}/isolated`]: '2-3\n', [`${CPU}/nohz_full`]: '5\n' }, (cpus) => {
      expect([1, 2, 3, 4, 5].map((cpu) => cpus.has(cpu))).toEqual([false, true, true, false, true]);
    });
  });

  it.each([
    ['2', true],
    ['2-3', true],
    ['1-2', false],
    ['', false],
  ])('confine a thread that may run on %j: %s', (allowed, expected) => {
    const files = { [`${CPU}/isolated`]: '2-3\n', [STATUS]: `Cpus_allowed_list:\t${allowed}\n` };
    isolated(files, (cpus) => expect(cpus.confine(7, 8)).toBe(expected));
  });

  it('confine nobody on a host without, nor a thread that has ended', () => {
    isolated({ [STATUS]: 'Cpus_allowed_list:\t0\n' }, (cpus) => {
      expect([cpus.has(0), cpus.confine(7, 8)]).toEqual([false, false]);
    });
    isolated({ [`${CPU}/isolated`]: '0' }, (cpus) => expect(cpus.confine(7, 9)).toBe(false));
  });

  it('are spared unless samples or a confirmation were asked for', () => {
    expect(sharingSettings({}, {}).spareIsolated).toBe(true);
    expect(sharingSettings({}, { addressSampling: {} }).spareIsolated).toBe(false);
    expect(sharingSettings({ confirmFalseSharing: true }, {}).spareIsolated).toBe(false);
  });
});
