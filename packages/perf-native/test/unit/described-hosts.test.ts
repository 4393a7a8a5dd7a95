import { describe, expect, it } from 'vitest';
import { HOST_NAMES, loadHost, type HostName } from '@hftmon/testkit';
import { createProbeEnvironment, resolvePmu, type PmuMetric } from '../../src/index.js';

interface Expected {
  readonly tables: readonly string[];
  /** Parts of the sources of some metrics. */
  readonly sources: Partial<Record<PmuMetric, string>>;
  /** Metrics that such a CPU can't count, and a part of the reason. */
  readonly absent: Partial<Record<PmuMetric, string>>;
}

const HOSTS: Readonly<Record<HostName, Expected>> = {
  'icelake-2s': {
    tables: ['Ice Lake-SP'],
    sources: {
      l3_misses: 'MEM_LOAD_RETIRED.L3_MISS (cpu, config 0x20d1)',
      hitm_remote: 'MEM_LOAD_L3_MISS_RETIRED.REMOTE_HITM (cpu, config 0x4d3)',
      dram_remote_loads: 'MEM_LOAD_L3_MISS_RETIRED.REMOTE_DRAM (cpu, config 0x2d3)',
    },
    absent: { cross_ccx_fills_near: 'Ice Lake-SP has no counter for it' },
  },
  'zen4-nps2': {
    tables: ['AMD Zen 4'],
    sources: {
      cross_ccx_fills_near: '(cpu, config 0x443)',
      dram_remote_loads: '(cpu, config 0x4043)',
    },
    absent: { hitm_on_socket: 'AMD Zen 4 has no counter for it' },
  },
  'neoverse-n1': {
    tables: ['Neoverse N1'],
    sources: {
      l3_misses: 'LL_CACHE_MISS_RD (armv8_pmuv3_0, config 0x37)',
      remote_accesses: 'REMOTE_ACCESS (armv8_pmuv3_0, config 0x31)',
    },
    absent: { dram_remote_loads: 'Neoverse N1 has no counter for it' },
  },
  'vm-no-pmu': {
    tables: [],
    sources: {},
    absent: { cycles: 'no core PMU', l3_misses: 'no core PMU', dram_remote_loads: 'no core PMU' },
  },
  'alderlake-hybrid': {
    tables: ['Alder Lake and Raptor Lake, E core', 'Alder Lake and Raptor Lake, P core'],
    sources: { l2_misses: 'cpu_core', l3_hits: 'cpu_atom' },
    absent: { dram_remote_loads: 'no counter for it' },
  },
};

describe.each(HOST_NAMES)('the PMU of %s', (name) => {
  it('is told from its files alone', () => {
    using roots = loadHost(name);
    const before = roots.tree();
    const { tables, metrics } = resolvePmu(createProbeEnvironment({ ...roots, platform: 'linux' }));
    const { sources, absent, ...expected } = HOSTS[name];
    expect(tables.map((table) => table.name)).toEqual(expected.tables);
    for (const [metric, part] of Object.entries(sources)) {
      expect(metrics.get(metric as PmuMetric)?.support, metric).toMatchObject({
        ok: true,
        tier: 'hardware',
        source: expect.stringContaining(part) as string,
      });
    }
    for (const [metric, part] of Object.entries(absent)) {
      expect(metrics.get(metric as PmuMetric)?.support, metric).toMatchObject({
        ok: false,
        reason: expect.stringContaining(part) as string,
        remedy: expect.stringMatching(/./) as string,
      });
    }
    expect(roots.tree()).toEqual(before);
  });
});
