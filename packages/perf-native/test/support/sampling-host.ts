import type { FakeRoots } from '@hftmon/testkit';

/** A PMU in sysfs: its number, the places of its fields, its named events. */
export interface FakePmu {
  readonly name: string;
  readonly type: number;
  readonly format?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, string>>;
  readonly caps?: Readonly<Record<string, string>>;
  readonly cpumask?: string;
}

export function writeSamplingPmu(roots: FakeRoots, pmu: FakePmu): void {
  const folder = `sys/bus/event_source/devices/${pmu.name}`;
  roots.write(`${folder}/type`, `${pmu.type}\n`);
  if (pmu.cpumask !== undefined) roots.write(`${folder}/cpumask`, `${pmu.cpumask}\n`);
  for (const kind of ['format', 'events', 'caps'] as const) {
    for (const [name, text] of Object.entries(pmu[kind] ?? {})) {
      roots.write(`${folder}/${kind}/${name}`, `${text}\n`);
    }
  }
}

/** Fields of Intel's core PMUs: arch/x86/events/intel/core.c. */
const INTEL_FORMAT = {
  event: 'config:0-7',
  umask: 'config:8-15',
  edge: 'config:18',
  ldlat: 'config1:0-15',
} as const;

/** Skylake-X and Ice Lake-X: skl_mem_events_attrs. */
export const SKYLAKE: FakePmu = {
  name: 'cpu',
  type: 4,
  format: INTEL_FORMAT,
  events: { 'mem-loads': 'event=0xcd,umask=0x1,ldlat=3', 'mem-stores': 'event=0xd0,umask=0x82' },
};

/** Performance cores of Alder Lake: adl_hybrid_mem_attrs. */
export const ALDER_LAKE_CORE: FakePmu = {
  name: 'cpu_core',
  type: 4,
  format: INTEL_FORMAT,
  events: {
    'mem-loads': 'event=0xcd,umask=0x1,ldlat=3',
    'mem-loads-aux': 'event=0x03,umask=0x82',
    'mem-stores': 'event=0xcd,umask=0x2',
  },
};

/** Efficient cores of Alder Lake. */
export const ALDER_LAKE_ATOM: FakePmu = {
  name: 'cpu_atom',
  type: 10,
  format: INTEL_FORMAT,
  events: { 'mem-loads': 'event=0xd0,umask=0x5,ldlat=3', 'mem-stores': 'event=0xd0,umask=0x6' },
};

/** IBS of Zen 4: arch/x86/events/amd/ibs.c. */
export const ZEN4_IBS: FakePmu = {
  name: 'ibs_op',
  type: 11,
  format: { cnt_ctl: 'config:19', l3missonly: 'config:16' },
};

/** The same with a kernel that can leave itself out. */
export const ZEN4_IBS_FILTERED: FakePmu = {
  ...ZEN4_IBS,
  format: { ...ZEN4_IBS.format, swfilt: 'config2:0' },
};

/** SPE as drivers/perf/arm_spe_pmu.c describes it. */
export const SPE: FakePmu = {
  name: 'arm_spe_0',
  type: 11,
  cpumask: '0-3',
  format: {
    ts_enable: 'config:0',
    pa_enable: 'config:1',
    pct_enable: 'config:2',
    jitter: 'config:16',
    branch_filter: 'config:32',
    load_filter: 'config:33',
    store_filter: 'config:34',
    event_filter: 'config1:0-63',
    min_latency: 'config2:0-11',
  },
  caps: { arch_inst: '0', count_size: '12', ernd: '0', min_interval: '1024' },
};

/** The register that tells the model of an Arm CPU. */
export function writeMidr(roots: FakeRoots, cpu: number, midr: string): void {
  roots.write(`sys/devices/system/cpu/cpu${cpu}/regs/identification/midr_el1`, `${midr}\n`);
}

export const MIDR_NEOVERSE_V1 = '0x00000000411fd402';
export const MIDR_CORTEX_A55 = '0x00000000412fd050';
