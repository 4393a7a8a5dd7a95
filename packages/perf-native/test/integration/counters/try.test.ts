import { describe, expect, it } from 'vitest';
import { needs, skipUnless, type Requirement } from '@hftmon/testkit';
import { createProbeEnvironment } from '../../../src/capabilities/probe-environment.js';
import { nativePmuKernel } from '../../../src/counters/native-pmu-kernel.js';
import { readCorePmus } from '../../../src/pmu/core-pmu.js';
import { readPerfPermission } from '../../../src/pmu/permission.js';
import { resolvePmu } from '../../../src/pmu/resolve.js';
import { SOFTWARE } from '../../support/counter-samples.js';

const ENOENT = -2;
const noPmu: Requirement = () =>
  readCorePmus('/sys').length === 0 ? undefined : 'this host has a PMU';

describe('trying events on a thread of ours', () => {
  const kernel = nativePmuKernel()!;

  it('finds that what every kernel counts is counted', () => {
    expect(kernel.tryGroup([SOFTWARE.contextSwitches], false, undefined)).toBe(0);
    expect(kernel.tryGroup([SOFTWARE.taskClock, SOFTWARE.dummy], false, [0])).toBe(0);
  });

  it('says what the kernel says of an event that there is not', () => {
    const nothing = { type: 1, config: 12_345, config1: 0 };
    expect(kernel.tryGroup([SOFTWARE.dummy, nothing], false, undefined)).toBeLessThan(0);
  });

  it('finds that root may count all, whatever the level', (context) => {
    skipUnless(context, needs.root);
    expect(readPerfPermission(createProbeEnvironment(), kernel)).toEqual({});
  });

  it('agrees with sysfs that there is no PMU', (context) => {
    skipUnless(context, noPmu);
    for (const type of [0, 3, 4]) {
      expect(kernel.tryGroup([{ type, config: 0, config1: 0 }], false, undefined)).toBe(ENOENT);
    }
    for (const { support } of resolvePmu(createProbeEnvironment(), kernel).metrics.values()) {
      expect(support).toMatchObject({ ok: false, reason: expect.stringContaining('no core PMU') });
    }
  });

  it('stands in for no other host', () => {
    expect(nativePmuKernel('/nonexistent/sys')).toBeUndefined();
  });
});
