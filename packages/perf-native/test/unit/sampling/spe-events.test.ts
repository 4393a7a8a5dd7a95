import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots, loadHost } from '@hftmon/testkit';
import { EVENT_FLAG } from '../../../src/sampling/layout.js';
import { toNative } from '../../../src/sampling/sampling-event.js';
import { speEvents } from '../../../src/sampling/spe-events.js';
import {
  MIDR_CORTEX_A55,
  MIDR_NEOVERSE_V1,
  SPE,
  writeMidr,
  writeSamplingPmu,
} from '../../support/sampling-host.js';

/** ts_enable, jitter, load_filter and store_filter. */
const CONFIG = 1n | (1n << 16n) | (1n << 33n) | (1n << 34n);

describe('SPE of a described host', () => {
  it('samples loads and stores of a Neoverse N1, with time and data sources', () => {
    using roots = loadHost('neoverse-n1');
    const events = speEvents(roots.sysRoot, { period: 100_003 });
    expect(events).toEqual([
      {
        source: 'spe',
        name: 'arm_spe_0',
        type: 11,
        config: CONFIG,
        config1: 0n,
        config2: 0n,
        period: 100_096,
        preciseIp: 0,
        excludeKernel: true,
        registers: false,
        data: true,
        leader: undefined,
        spe: 'neoverse',
      },
    ]);
    const { flags } = toNative(events[0]!);
    const { excludeKernel, data, spe, neoverseSources } = EVENT_FLAG;
    expect(flags).toBe(excludeKernel | data | spe | neoverseSources);
  });

  it.each(['icelake-2s', 'zen4-nps2', 'vm-no-pmu'] as const)('is not there on %s', (name) => {
    using roots = loadHost(name);
    expect(speEvents(roots.sysRoot, { period: 100_003 })).toEqual([]);
  });
});

describe('SPE', () => {
  let roots: FakeRoots;

  beforeEach(() => {
    roots = new FakeRoots();
  });

  afterEach(() => roots.dispose());

  it('has one event per kind of core, each with what its records tell', () => {
    writeSamplingPmu(roots, SPE);
    writeSamplingPmu(roots, { ...SPE, name: 'arm_spe_1', type: 12, cpumask: '4-7' });
    writeMidr(roots, 0, MIDR_CORTEX_A55);
    writeMidr(roots, 4, MIDR_NEOVERSE_V1);
    expect(speEvents(roots.sysRoot, { period: 65_536 })).toMatchObject([
      { name: 'arm_spe_0', type: 11, spe: 'common' },
      { name: 'arm_spe_1', type: 12, spe: 'neoverse' },
    ]);
  });

  it('takes the sources of an unknown CPU for none that are known', () => {
    writeSamplingPmu(roots, SPE);
    const [event] = speEvents(roots.sysRoot, { period: 65_536 });
    expect(event?.spe).toBe('common');
    expect(toNative(event!).flags & EVENT_FLAG.neoverseSources).toBe(0);
  });

  it.each([
    ['rounded', 1_000_003, 999_936],
    ['the least of the hardware', 300, 1024],
    ['the most of the hardware', 1e9, 0xff_ff00],
  ])('has a period that is %s', (_what, period, expected) => {
    writeSamplingPmu(roots, SPE);
    expect(speEvents(roots.sysRoot, { period })[0]?.period).toBe(expected);
  });

  it('needs filters, but neither jitter nor timestamps', () => {
    writeSamplingPmu(roots, { name: 'arm_spe_0', type: 11, format: { ts_enable: 'config:0' } });
    expect(speEvents(roots.sysRoot, { period: 65_536 })).toEqual([]);
    const { load_filter, store_filter } = SPE.format!;
    const format = { load_filter: load_filter!, store_filter: store_filter! };
    writeSamplingPmu(roots, { name: 'arm_spe_1', type: 12, format });
    expect(speEvents(roots.sysRoot, { period: 65_536 })).toMatchObject([
      { name: 'arm_spe_1', config: (1n << 33n) | (1n << 34n) },
    ]);
  });
});
