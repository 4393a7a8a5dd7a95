import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { describeCpuModel, readCpuModel } from '../../../src/pmu/cpu-model.js';
import { PMU_TABLES, findPmuTable } from '../../../src/pmu/find-table.js';
import { armCpuinfo, x86Cpuinfo } from '../../support/pmu-host.js';

function tableOf(cpuinfo: string, pmu = 'cpu'): string | undefined {
  using roots = new FakeRoots();
  roots.write('proc/cpuinfo', cpuinfo);
  const cpu = readCpuModel(roots);
  return cpu && findPmuTable(cpu, pmu)?.id;
}

const intel = (model: number) => x86Cpuinfo('GenuineIntel', 6, model);
const amd = (family: number, model: number) => x86Cpuinfo('AuthenticAMD', family, model);

describe('the table of a CPU', () => {
  it.each([
    ['Skylake-SP and Cascade Lake', intel(0x55), 'skx'],
    ['Ice Lake-SP', intel(0x6a), 'icx'],
    ['Ice Lake-D', intel(0x6c), 'icx'],
    ['Sapphire Rapids', intel(0x8f), 'spr'],
    ['Emerald Rapids', intel(0xcf), 'spr'],
    ['Granite Rapids', intel(0xad), 'spr'],
    ['Rome', amd(0x17, 0x31), 'zen2'],
    ['Milan', amd(0x19, 0x01), 'zen3'],
    ['Vermeer', amd(0x19, 0x21), 'zen3'],
    ['Genoa', amd(0x19, 0x11), 'zen4'],
    ['Bergamo', amd(0x19, 0xa0), 'zen4'],
    ['Turin', amd(0x1a, 0x02), 'zen5'],
    ['Altra', armCpuinfo('0x41', '0xd0c'), 'neoverse-n1'],
    ['Graviton 3', armCpuinfo('0x41', '0xd40'), 'neoverse-v1'],
    ['Cobalt 100', armCpuinfo('0x6d', '0xd49'), 'neoverse-n2'],
    ['Grace', armCpuinfo('0x41', '0xd4f'), 'neoverse-v2'],
    ['Zen 1', amd(0x17, 0x01), undefined],
    ['Zen 6', amd(0x1a, 0x50), undefined],
    ['Haswell', intel(0x3f), undefined],
    ['Hygon', x86Cpuinfo('HygonGenuine', 0x18, 0x01), undefined],
    ['Cortex-A72', armCpuinfo('0x41', '0xd08'), undefined],
    ['another maker with the part number of N1', armCpuinfo('0x48', '0xd0c'), undefined],
    ['a file that says nothing', 'processor\t: 0\n', undefined],
  ])('is that of %s', (_, cpuinfo, id) => {
    expect(tableOf(cpuinfo)).toBe(id);
  });

  it.each([0x97, 0x9a, 0xb7, 0xba, 0xbf])('tells the two cores of a hybrid CPU %i', (model) => {
    expect(tableOf(intel(model), 'cpu_core')).toBe('golden-cove');
    expect(tableOf(intel(model), 'cpu_atom')).toBe('gracemont');
  });

  it('reads MIDR_EL1 where cpuinfo does not tell', () => {
    using roots = new FakeRoots();
    roots.write('proc/cpuinfo', 'processor\t: 0\n');
    roots.write('sys/devices/system/cpu/cpu0/regs/identification/midr_el1', '0x00000000413fd0c1\n');
    const cpu = readCpuModel(roots)!;
    expect(cpu).toEqual({ arch: 'arm', implementer: 0x41, part: 0xd0c });
    expect(describeCpuModel(cpu)).toBe('Arm 0x41/0xd0c');
  });
});

describe('the tables', () => {
  it.each(PMU_TABLES.map((table) => [table.id, table] as const))(
    '%s are well-formed',
    (_, table) => {
      const metrics = table.events.map(({ metric }) => metric);
      expect(new Set(metrics).size).toBe(metrics.length);
      const encodings = table.events.map(({ config, config1 }) => `${config}/${config1}`);
      expect(new Set(encodings).size).toBe(encodings.length);
      for (const { config, config1, counts, event } of table.events) {
        expect(Number.isSafeInteger(config) && config > 0).toBe(true);
        expect(Number.isSafeInteger(config1)).toBe(true);
        expect(counts).not.toMatch(/\.$/);
        expect(event).not.toBe('');
      }
    },
  );

  it('call nothing on AMD and Arm a HITM', () => {
    for (const { id, events } of PMU_TABLES) {
      if (!/^(zen|neoverse)/.test(id)) continue;
      expect(events.filter(({ metric }) => metric.includes('hitm'))).toEqual([]);
    }
  });
});
