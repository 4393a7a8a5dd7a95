import { beforeAll, describe, expect, it } from 'vitest';
import { skipUnless } from '@hftmon/testkit';
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
import { encodeWithLibpfm, libpfm, type LibpfmAnswer } from '../../support/libpfm.js';

type Naming = (event: PmuEvent) => string;

/** `MEM_LOAD_RETIRED.L1_HIT` is `MEM_LOAD_RETIRED:L1_HIT`; unit masks have no dots. */
const intel: Naming = ({ event }) => {
  const [name, ...mask] = event.split('.');
  return `${name}:${mask.join('_')}`;
};

/** Where libpfm has another name than Intel. */
const skylake: Naming = (event) =>
  event.metric === 'rfo_hitm_on_socket'
    ? 'OFFCORE_RESPONSE_0:DMND_RFO:L3_HIT:SNP_HITM'
    : intel(event);

/** Renamed by Intel to XSNP_FWD, but not in this table. */
const iceLake: Naming = (event) =>
  event.metric === 'forwards_on_socket' ? 'MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM' : intel(event);

/** The two registers of off-core responses are events of their own. */
const alderLake: Naming = (event) => intel(event).replace(/^OCR:/, 'OCR0:');

/** libpfm has AMD's events under names of its own; sums of unit masks are spelt out. */
function zen(fills: string, masks: Readonly<Record<string, string>>): Naming {
  const names: Readonly<Record<string, string>> = {
    l1d_accesses: 'LS_DISPATCH:LD_ST_DISPATCH:STORE_DISPATCH:LD_DISPATCH',
    l2_hits: `${L2}:LS_RD_BLK_C_S:LS_RD_BLK_L_HIT_X:LS_RD_BLK_L_HIT_S:LS_RD_BLK_X`,
    l2_misses: `${L2}:LS_RD_BLK_C`,
    dtlb_walks:
      'L1_DTLB_MISS:TLB_RELOAD_1G_L2_MISS:TLB_RELOAD_2M_L2_MISS:TLB_RELOAD_COALESCED_PAGE_MISS:TLB_RELOAD_4K_L2_MISS',
    l1i_hits: 'IC_TAG_HIT_MISS:IC_HIT',
    l1i_misses: 'IC_TAG_HIT_MISS:IC_MISS',
    itlb_walks: 'L1_ITLB_MISS_L2_ITLB_MISS:COALESCED4K:IF1G:IF2M:IF4K',
  };
  return ({ metric }) => {
    const mask = masks[metric];
    return mask?.startsWith('=') ? mask.slice(1) : mask ? `${fills}:${mask}` : names[metric]!;
  };
}
const L2 = 'CORE_TO_L2_CACHEABLE_REQUEST_ACCESS_STATUS';

const zen2 = zen('DATA_CACHE_REFILLS_FROM_SYSTEM', {
  l1d_misses:
    'MABRESP_LCL_L2:LS_MABRESP_LCL_CACHE:LS_MABRESP_LCL_DRAM:LS_MABRESP_RMT_CACHE:LS_MABRESP_RMT_DRAM',
  l3_hits: 'LS_MABRESP_LCL_CACHE',
  cross_ccx_fills_far: 'LS_MABRESP_RMT_CACHE',
  dram_local_loads: 'LS_MABRESP_LCL_DRAM',
  dram_remote_loads: 'LS_MABRESP_RMT_DRAM',
  l1i_misses: '=REQUESTS_TO_L2_GROUP1:CACHEABLE_IC_READ',
  itlb_walks: '=L1_ITLB_MISS_L2_ITLB_MISS:IF1G:IF2M:IF4K',
});
const zen3 = zen('DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM', {
  l1d_misses: 'LCL_L2:INT_CACHE:EXT_CACHE_LCL:MEM_IO_LCL:EXT_CACHE_RMT:MEM_IO_RMT',
  l3_hits: 'INT_CACHE',
  l3_misses: 'EXT_CACHE_LCL:MEM_IO_LCL:EXT_CACHE_RMT:MEM_IO_RMT',
  cross_ccx_fills_near: 'EXT_CACHE_LCL',
  cross_ccx_fills_far: 'EXT_CACHE_RMT',
  dram_local_loads: 'MEM_IO_LCL',
  dram_remote_loads: 'MEM_IO_RMT',
});
const BEYOND = 'NEAR_CACHE_NEAR_FAR:DRAM_IO_NEAR:FAR_CACHE_NEAR_FAR:DRAM_IO_FAR:ALT_MEM_NEAR_FAR';
const zen4 = zen('DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM', {
  l1d_misses: `LCL_L2:LOCAL_CCX:${BEYOND}`,
  l3_hits: 'LOCAL_CCX',
  l3_misses: BEYOND,
  cross_ccx_fills_near: 'NEAR_CACHE_NEAR_FAR',
  cross_ccx_fills_far: 'FAR_CACHE_NEAR_FAR',
  dram_local_loads: 'DRAM_IO_NEAR',
  dram_remote_loads: 'DRAM_IO_FAR',
});

/** Other names for the same sources. */
const zen5: Naming = (event) =>
  zen4(event)
    .replaceAll('NEAR_CACHE_NEAR_FAR', 'NEAR_FAR_CACHE_NEAR')
    .replaceAll('FAR_CACHE_NEAR_FAR', 'NEAR_FAR_CACHE_FAR');

/** Known on Arm hosts only: libpfm has the tables of the architecture that it was built for. */
const arm: Naming = ({ event }) => (event === 'L1I_CACHE' ? 'L1I_CACHE_ACCESS' : event);

const CPUS: readonly (readonly [pmu: string, PmuTable, Naming])[] = [
  ['skx', SKX, skylake],
  ['clx', SKX, skylake],
  ['icx', ICX, iceLake],
  ['spr', SPR, intel],
  ['emr', SPR, intel],
  ['gnr', SPR, intel],
  ['adl_glc', GOLDEN_COVE, alderLake],
  ['adl_grt', GRACEMONT, alderLake],
  ['amd64_fam17h_zen2', ZEN2, zen2],
  ['amd64_fam19h_zen3', ZEN3, zen3],
  ['amd64_fam19h_zen4', ZEN4, zen4],
  ['amd64_fam1ah_zen5', ZEN5, zen5],
  ['arm_n1', NEOVERSE_N1, arm],
  ['arm_v1', NEOVERSE_V1, arm],
  ['arm_n2', NEOVERSE_N2, arm],
  ['arm_v2', NEOVERSE_V2, arm],
];

const ALL_SOURCES = "the vendor's mask for all sources is 0xff; libpfm has no name for bit 5";
const NOT_THERE = 'libpfm does not have this event of Intel perfmon';

/** Where libpfm says otherwise, with the reason why we differ. */
const DIFFERENCES: Readonly<
  Record<string, { readonly answer: LibpfmAnswer; readonly reason: string }>
> = {
  'amd64_fam19h_zen4/l1d_misses': {
    answer: { config: 0xdf43, config1: 0 },
    reason: ALL_SOURCES,
  },
  'amd64_fam1ah_zen5/l1d_misses': {
    answer: { config: 0xdf43, config1: 0 },
    reason: ALL_SOURCES,
  },
  'adl_grt/l1d_hits': { answer: { problem: 'invalid event attribute' }, reason: NOT_THERE },
  'adl_grt/l1d_misses': { answer: { problem: 'invalid event attribute' }, reason: NOT_THERE },
  'adl_grt/l2_misses': { answer: { problem: 'invalid event attribute' }, reason: NOT_THERE },
  'adl_grt/hitm_on_socket': { answer: { problem: 'invalid event attribute' }, reason: NOT_THERE },
  'adl_grt/l3_misses': { answer: { problem: 'event not found' }, reason: NOT_THERE },
};

describe('the tables against those of libpfm4', () => {
  const answers = new Map<string, LibpfmAnswer[]>();

  beforeAll(() => {
    if (libpfm() !== undefined) return;
    for (const [pmu, { events }, name] of CPUS) {
      answers.set(pmu, encodeWithLibpfm(events.map((event) => `${pmu}::${name(event)}`)));
    }
  });

  /** Does the installed version know the CPU at all? */
  const isKnown = (pmu: string) => answers.get(pmu)!.some((answer) => 'config' in answer);

  for (const [pmu, { events }] of CPUS) {
    it(`are equal for ${pmu}`, (context) => {
      skipUnless(context, libpfm, () =>
        isKnown(pmu) ? undefined : `this version of libpfm4 does not know ${pmu}`,
      );
      const expected = events.map(
        ({ metric, config, config1 }): LibpfmAnswer =>
          DIFFERENCES[`${pmu}/${metric}`]?.answer ?? { config, config1 },
      );
      const named = (list: readonly LibpfmAnswer[]) =>
        Object.fromEntries(list.map((answer, i) => [events[i]!.event, answer]));
      expect(named(answers.get(pmu)!)).toEqual(named(expected));
    });
  }

  it('knows some of the CPUs, or the test tests nothing', (context) => {
    skipUnless(context, libpfm);
    const old = process.arch === 'arm64' ? ['arm_n1'] : ['skx', 'icx', 'amd64_fam19h_zen3'];
    for (const pmu of old) expect(isKnown(pmu), pmu).toBe(true);
  });
});
