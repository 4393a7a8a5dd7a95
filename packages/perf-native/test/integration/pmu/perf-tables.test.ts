import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  PerfEncoder,
  loadHost,
  perfTool,
  skipUnless,
  type FakeRoots,
  type HostName,
} from '@hftmon/testkit';
import type { PmuEvent, PmuTable } from '../../../src/pmu/event.js';
import { ZEN2 } from '../../../src/pmu/tables/amd-zen2.js';
import { ZEN3 } from '../../../src/pmu/tables/amd-zen3.js';
import { ZEN4, ZEN5 } from '../../../src/pmu/tables/amd-zen4.js';
import {
  NEOVERSE_N1,
  NEOVERSE_N2,
  NEOVERSE_V1,
  NEOVERSE_V2,
} from '../../../src/pmu/tables/arm-neoverse.js';
import { GOLDEN_COVE } from '../../../src/pmu/tables/intel-golden-cove.js';
import { GRACEMONT } from '../../../src/pmu/tables/intel-gracemont.js';
import { ICX } from '../../../src/pmu/tables/intel-icx.js';
import { SKX } from '../../../src/pmu/tables/intel-skx.js';
import { SPR } from '../../../src/pmu/tables/intel-spr.js';

/** Names of an event in perf; several where perf has the unit masks one by one. */
type Naming = (event: PmuEvent) => readonly string[];

const lowerCase: Naming = ({ event }) => [event.toLowerCase()];

/** Intel renamed OFFCORE_RESPONSE to OCR, in the files of Skylake-SP not. */
const skylake: Naming = ({ event }) => [event.toLowerCase().replace(/^ocr\./, 'offcore_response.')];

const FILLS = 'ls_dmnd_fills_from_sys';

/**
 * AMD's names changed with each generation. Sums of unit masks are spelt out: where perf names a
 * whole event (bp_l1_tlb_miss_l2_tlb_miss of Zen 2 and 3) its mask is 0xff, with bits that AMD
 * does not document.
 */
function zen(names: Readonly<Record<string, readonly string[]>>): Naming {
  const sums: Readonly<Record<string, readonly string[]>> = {
    l1d_accesses: ['ld_dispatch', 'store_dispatch', 'ld_st_dispatch'].map(
      (mask) => `ls_dispatch.${mask}`,
    ),
    l2_hits: ['ls_rd_blk_cs', 'ls_rd_blk_l_hit_x', 'ls_rd_blk_l_hit_s', 'ls_rd_blk_x'].map(
      (mask) => `l2_cache_req_stat.${mask}`,
    ),
    dtlb_walks: ['1g', '2m', 'coalesced_page', '4k'].map(
      (size) => `ls_l1_d_tlb_miss.tlb_reload_${size}${size.includes('_') ? '' : '_l2'}_miss`,
    ),
    ...names,
  };
  return ({ event, metric }) => sums[metric] ?? [event];
}

const of = (event: string, ...masks: readonly string[]) => masks.map((mask) => `${event}.${mask}`);

const WALKS = 'bp_l1_tlb_miss_l2_tlb_miss';

const zen2 = zen({
  l1d_misses: of(
    'ls_refills_from_sys',
    'ls_mabresp_lcl_l2',
    'ls_mabresp_lcl_cache',
    'ls_mabresp_lcl_dram',
    'ls_mabresp_rmt_cache',
    'ls_mabresp_rmt_dram',
  ),
  dram_local_loads: of('ls_refills_from_sys', 'ls_mabresp_lcl_dram'),
  dram_remote_loads: of('ls_refills_from_sys', 'ls_mabresp_rmt_dram'),
  itlb_walks: of(WALKS, 'if4k', 'if2m', 'if1g'),
});

const ZEN3_BEYOND = ['ext_cache_local', 'mem_io_local', 'ext_cache_remote', 'mem_io_remote'];
const zen3 = zen({
  l1d_misses: of(FILLS, 'lcl_l2', 'int_cache', ...ZEN3_BEYOND),
  l3_hits: of(FILLS, 'int_cache'),
  l3_misses: of(FILLS, ...ZEN3_BEYOND),
  cross_ccx_fills_near: of(FILLS, 'ext_cache_local'),
  cross_ccx_fills_far: of(FILLS, 'ext_cache_remote'),
  dram_local_loads: of(FILLS, 'mem_io_local'),
  dram_remote_loads: of(FILLS, 'mem_io_remote'),
  itlb_walks: of(WALKS, 'if4k', 'if2m', 'if1g', 'coalesced_4k'),
});

const ZEN4_BEYOND = ['near_cache', 'dram_io_near', 'far_cache', 'dram_io_far'];
const zen4 = zen({
  l3_misses: of(FILLS, ...ZEN4_BEYOND, 'alternate_memories'),
});

interface Cpu {
  readonly table: PmuTable;
  /** Is told to perf. */
  readonly cpuid: string;
  readonly host: HostName;
  /** On a hybrid CPU. */
  readonly pmu?: string;
  readonly naming: Naming;
  /** Event that perf has if it knows the CPU, and not under the table of another. */
  readonly telltale: string;
}

const INTEL = {
  host: 'icelake-2s',
  naming: lowerCase,
  telltale: 'mem_load_retired.l1_hit',
} as const;
const HYBRID = { ...INTEL, host: 'alderlake-hybrid', cpuid: 'GenuineIntel-6-97-2' } as const;
const AMD = { host: 'zen4-nps2' } as const;
const ARM = { host: 'neoverse-n1', naming: lowerCase, telltale: 'l1d_cache' } as const;

const X86: Readonly<Record<string, Cpu>> = {
  skx: { ...INTEL, table: SKX, cpuid: 'GenuineIntel-6-55-4', naming: skylake },
  clx: { ...INTEL, table: SKX, cpuid: 'GenuineIntel-6-55-7' },
  icx: { ...INTEL, table: ICX, cpuid: 'GenuineIntel-6-6A-6' },
  spr: { ...INTEL, table: SPR, cpuid: 'GenuineIntel-6-8F-8' },
  emr: { ...INTEL, table: SPR, cpuid: 'GenuineIntel-6-CF-2' },
  gnr: { ...INTEL, table: SPR, cpuid: 'GenuineIntel-6-AD-1' },
  'adl cpu_core': { ...HYBRID, table: GOLDEN_COVE, pmu: 'cpu_core' },
  'adl cpu_atom': { ...HYBRID, table: GRACEMONT, pmu: 'cpu_atom', telltale: 'icache.misses' },
  zen2: {
    ...AMD,
    table: ZEN2,
    cpuid: 'AuthenticAMD-23-31-0',
    naming: zen2,
    telltale: 'ls_refills_from_sys.ls_mabresp_lcl_l2',
  },
  zen3: {
    ...AMD,
    table: ZEN3,
    cpuid: 'AuthenticAMD-25-1-1',
    naming: zen3,
    telltale: `${FILLS}.lcl_l2`,
  },
  zen4: {
    ...AMD,
    table: ZEN4,
    cpuid: 'AuthenticAMD-25-11-1',
    naming: zen4,
    telltale: `${FILLS}.alternate_memories`,
  },
  zen5: {
    ...AMD,
    table: ZEN5,
    cpuid: 'AuthenticAMD-26-2-1',
    naming: zen4,
    telltale: `${FILLS}.alternate_memories`,
  },
};

const ARM64: Readonly<Record<string, Cpu>> = {
  'neoverse-n1': { ...ARM, table: NEOVERSE_N1, cpuid: '0x00000000413fd0c1' },
  'neoverse-v1': { ...ARM, table: NEOVERSE_V1, cpuid: '0x00000000411fd401' },
  'neoverse-n2': { ...ARM, table: NEOVERSE_N2, cpuid: '0x00000000410fd490' },
  'neoverse-v2': { ...ARM, table: NEOVERSE_V2, cpuid: '0x00000000410fd4f1' },
};

const NEWER = 'events that perf 6.1 does not have: Intel added them to its files later';

/** What perf may not know of a CPU that it knows, with the reason. No encoding differs. */
const UNNAMED: Readonly<Record<string, string>> = {
  'adl cpu_atom/l1d_hits': NEWER,
  'adl cpu_atom/l1d_misses': NEWER,
  'adl cpu_atom/l2_misses': NEWER,
  'adl cpu_atom/l3_misses': NEWER,
  'adl cpu_atom/hitm_on_socket': NEWER,
};

/** A described host without its uncore PMUs, for each of which perf would go through its tables. */
function loadCorePmus(host: HostName): FakeRoots {
  const roots = loadHost(host);
  const devices = 'bus/event_source/devices';
  for (const name of readdirSync(`${roots.sysRoot}/${devices}`)) {
    if (!/^(cpu|cpu_core|cpu_atom|armv8_.*)$/.test(name)) roots.remove(`sys/${devices}/${name}`);
  }
  return roots;
}

function compare(cpus: Readonly<Record<string, Cpu>>, arch: string): void {
  const builtFor = () =>
    process.arch === arch
      ? undefined
      : `perf has the tables of the architecture that it was built for, here not ${arch}`;
  for (const [id, { table, cpuid, host, pmu, naming, telltale }] of Object.entries(cpus)) {
    it(`are equal for ${id}`, (context) => {
      skipUnless(context, builtFor, perfTool);
      using roots = loadCorePmus(host);
      const perf = new PerfEncoder({ cpuid, sysRoot: roots.sysRoot, pmu });
      skipUnless(context, () =>
        perf.encode(telltale) ? undefined : `this version of perf does not know ${id} (${cpuid})`,
      );
      const rows = table.events.map((event) => {
        const answer = perf.encodeSum(naming(event));
        const unnamed = answer === undefined && `${id}/${event.metric}` in UNNAMED;
        const ours = { config: BigInt(event.config), config1: BigInt(event.config1) };
        return { name: event.event, answer, expected: unnamed ? undefined : ours };
      });
      const named = (column: 'expected' | 'answer') =>
        Object.fromEntries(rows.map((row) => [row.name, row[column]]));
      expect(named('answer')).toEqual(named('expected'));
    });
  }
}

describe('the tables against those of perf', () => {
  compare(X86, 'x64');
  compare(ARM64, 'arm64');

  it('knows some of the CPUs, or the test tests nothing', (context) => {
    skipUnless(context, perfTool, () =>
      process.arch === 'x64' ? undefined : 'the CPUs that every version knows are of x86',
    );
    for (const id of ['skx', 'icx', 'zen2', 'zen3']) {
      const { cpuid, host, telltale } = X86[id]!;
      using roots = loadCorePmus(host);
      const perf = new PerfEncoder({ cpuid, sysRoot: roots.sysRoot });
      expect(perf.encode(telltale), id).toBeDefined();
    }
  });
});
