import type { CpuModel } from './cpu-model.js';
import type { PmuTable } from './event.js';
import { ZEN2 } from './tables/amd-zen2.js';
import { ZEN3 } from './tables/amd-zen3.js';
import { ZEN4, ZEN5 } from './tables/amd-zen4.js';
import { NEOVERSE_N1, NEOVERSE_N2, NEOVERSE_V1, NEOVERSE_V2 } from './tables/arm-neoverse.js';
import { GOLDEN_COVE } from './tables/intel-golden-cove.js';
import { GRACEMONT } from './tables/intel-gracemont.js';
import { ICX } from './tables/intel-icx.js';
import { SKX } from './tables/intel-skx.js';
import { SPR } from './tables/intel-spr.js';

/** Every table there is, but the generic one. */
export const PMU_TABLES: readonly PmuTable[] = [
  SKX,
  ICX,
  SPR,
  GOLDEN_COVE,
  GRACEMONT,
  ZEN2,
  ZEN3,
  ZEN4,
  ZEN5,
  NEOVERSE_N1,
  NEOVERSE_V1,
  NEOVERSE_N2,
  NEOVERSE_V2,
];

/** Intel family 6, by model; Alder and Raptor Lake are the P core's. Intel perfmon, mapfile.csv. */
const INTEL: ReadonlyMap<number, PmuTable> = new Map([
  [0x55, SKX],
  [0x6a, ICX],
  [0x6c, ICX],
  [0x8f, SPR],
  [0xcf, SPR],
  [0xad, SPR],
  [0xae, SPR],
  [0x97, GOLDEN_COVE],
  [0x9a, GOLDEN_COVE],
  [0xb7, GOLDEN_COVE],
  [0xba, GOLDEN_COVE],
  [0xbf, GOLDEN_COVE],
  [0xbe, GRACEMONT],
]);

/** Ranges of AMD models, both ends included. Linux arch/x86/kernel/cpu/amd.c, bsp_init_amd(). */
const AMD: readonly (readonly [family: number, first: number, last: number, PmuTable])[] = [
  [0x17, 0x30, 0x4f, ZEN2],
  [0x17, 0x60, 0x7f, ZEN2],
  [0x17, 0x90, 0x91, ZEN2],
  [0x17, 0xa0, 0xaf, ZEN2],
  [0x19, 0x00, 0x0f, ZEN3],
  [0x19, 0x20, 0x5f, ZEN3],
  [0x19, 0x10, 0x1f, ZEN4],
  [0x19, 0x60, 0xaf, ZEN4],
  [0x1a, 0x00, 0x2f, ZEN5],
  [0x1a, 0x40, 0x4f, ZEN5],
  [0x1a, 0x60, 0x7f, ZEN5],
];

/** Parts of MIDR_EL1. Cobalt is a Neoverse N2 under Microsoft's implementer code. */
const ARM: ReadonlyMap<number, PmuTable> = new Map([
  [0xd0c, NEOVERSE_N1],
  [0xd40, NEOVERSE_V1],
  [0xd49, NEOVERSE_N2],
  [0xd4f, NEOVERSE_V2],
]);
const ARM_IMPLEMENTERS: ReadonlySet<number> = new Set([0x41, 0x6d]);

/**
 * The table of a CPU; `undefined` for one that none of them knows.
 * @param pmu - name of the core PMU in sysfs; tells the E cores of a hybrid CPU from the P cores
 */
export function findPmuTable(cpu: CpuModel, pmu: string): PmuTable | undefined {
  if (cpu.arch === 'arm') {
    return ARM_IMPLEMENTERS.has(cpu.implementer) ? ARM.get(cpu.part) : undefined;
  }
  if (cpu.vendor === 'AuthenticAMD') {
    const { family, model } = cpu;
    return AMD.find(([of, first, last]) => of === family && model >= first && model <= last)?.[3];
  }
  if (cpu.vendor !== 'GenuineIntel' || cpu.family !== 6) return undefined;
  const table = INTEL.get(cpu.model);
  return table === GOLDEN_COVE && pmu === 'cpu_atom' ? GRACEMONT : table;
}
