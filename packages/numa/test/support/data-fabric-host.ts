import { loadHost, type FakeRoots } from '@hftmon/testkit';

/** A generation of AMD servers, as sysfs and cpuinfo show it. */
export interface FabricOf {
  readonly family: number;
  readonly model: number;
  /** `format/event` and `format/umask` of amd_df. */
  readonly event: string;
  readonly umask: string;
}

/** Formats of arch/x86/events/amd/uncore.c: up to Zen 3, and since PerfMonV2. */
const OLD = { event: 'config:0-7,32-35,59-60', umask: 'config:8-15' };
const PERFMON_V2 = { event: 'config:0-7,32-37', umask: 'config:8-15,24-27' };

export const ROME: FabricOf = { family: 23, model: 0x31, ...OLD };
export const MILAN: FabricOf = { family: 25, model: 0x01, ...OLD };
export const GENOA: FabricOf = { family: 25, model: 0x11, ...PERFMON_V2 };
/** Zen 4 under a kernel that knows no PerfMonV2. */
export const GENOA_OLD_KERNEL: FabricOf = { ...GENOA, ...OLD };
/** A desktop of Zen 3. */
export const VERMEER: FabricOf = { family: 25, model: 0x21, ...OLD };

/**
 * Two AMD sockets of one node each, without amd_umc. Packages, nodes and CPUs are those of the
 * described host icelake-2s; the rest is written from the kernel's sources, nothing was captured.
 */
export function dataFabricHost({ family, model, event, umask }: FabricOf): FakeRoots {
  const roots = loadHost('icelake-2s');
  const pmu = 'sys/bus/event_source/devices/amd_df';
  return roots
    .write(
      'proc/cpuinfo',
      `vendor_id\t: AuthenticAMD\ncpu family\t: ${family}\nmodel\t\t: ${model}\n`,
    )
    .remove('sys/bus/event_source/devices')
    .write(`${pmu}/type`, '14\n')
    .write(`${pmu}/cpumask`, '0,8\n')
    .write(`${pmu}/format/event`, `${event}\n`)
    .write(`${pmu}/format/umask`, `${umask}\n`);
}
