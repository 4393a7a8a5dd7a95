import { describe, expect, it } from 'vitest';
import type { SamplingEvent } from '@hftmon/perf-native';
import { fakeEnvironment, loadHost } from '@hftmon/testkit';
import { offerSampling } from '../../../src/sharing/sampling-choice.js';

const env = fakeEnvironment({ capabilities: 'all' });

describe('the choice of how to sample', () => {
  it.each([
    [10_000, 1],
    [2000, 8],
    [100, 128],
    [10, 1024],
  ])('sizes the rings by the rate: every %i us takes %i pages', (periodUs, ringPages) => {
    const { support, choice } = offerSampling(env, periodUs);
    if (!support.ok) return expect(support.reason).not.toBe('');
    expect(choice).toMatchObject({ periodUs, ringPages, hasDataSource: false });
    expect(choice?.events).toMatchObject([{ source: 'cpu-clock', period: periodUs * 1000 }]);
  });
});

describe('the choice on a host with SPE', () => {
  const opens = () => 0;
  const refusesSpe = ({ source }: SamplingEvent) => (source === 'spe' ? -13 : 0);
  const AMPERE_ONE = '0x00000000c00fac30\n';

  it('is SPE, whose samples tell where data came from', () => {
    using roots = loadHost('neoverse-n1');
    const env = fakeEnvironment({ ...roots, capabilities: 'all' });
    const { support, choice } = offerSampling(env, 10_000, opens);
    expect(support).toEqual({ ok: true, tier: 'hardware', source: 'SPE loads and stores' });
    expect(choice).toMatchObject({ hasDataSource: true, events: [{ name: 'arm_spe_0' }] });
    expect(choice).not.toHaveProperty('periodUs');
  });

  it('is not SPE where the data sources of the CPU are not known', () => {
    using roots = loadHost('neoverse-n1');
    const midr = 'sys/devices/system/cpu/cpu0/regs/identification/midr_el1';
    roots.write(midr, AMPERE_ONE);
    const env = fakeEnvironment({ ...roots, capabilities: 'all' });
    const { choice } = offerSampling(env, 10_000, opens);
    expect(choice?.hasDataSource ?? false).toBe(false);
  });

  it('is not SPE where the kernel refuses it', () => {
    using roots = loadHost('neoverse-n1');
    const env = fakeEnvironment({ ...roots, capabilities: 'all' });
    expect(offerSampling(env, 10_000, refusesSpe).choice?.hasDataSource ?? false).toBe(false);
  });
});
