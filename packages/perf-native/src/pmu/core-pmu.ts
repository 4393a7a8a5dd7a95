import { readdirSync } from 'node:fs';
import { readText } from '../proc/read.js';
import { parseCpuList } from '../proc/cpus.js';

/** A PMU of the cores, as sysfs shows it. A hybrid CPU has one per kind of core. */
export interface CorePmu {
  /** `cpu`, `cpu_core`, `cpu_atom`, `armv8_pmuv3_0`, … */
  readonly name: string;
  /** Its number for `perf_event_attr.type`. */
  readonly type: number;
  /** The CPUs that have it; `undefined` when it is all of them. */
  readonly cpus: readonly number[] | undefined;
  /** Names in its `events` folder. On Arm exactly what the core implements (PMCEID). */
  readonly events: ReadonlySet<string>;
}

/** Not `arm_spe_0`, `arm_cmn_0` and the like, which are no core PMUs. */
const CORE_PMU = /^(cpu|cpu_core|cpu_atom|armv\d+_.+)$/;

/** The core PMUs below `/sys/bus/event_source/devices`, by name; none without a PMU. */
export function readCorePmus(sysRoot: string): CorePmu[] {
  const folder = `${sysRoot}/bus/event_source/devices`;
  return entries(folder)
    .filter((name) => CORE_PMU.test(name))
    .sort()
    .map((name) => ({
      name,
      type: Number(readText(`${folder}/${name}/type`)),
      cpus: toCpus(readText(`${folder}/${name}/cpus`)),
      events: new Set(entries(`${folder}/${name}/events`)),
    }));
}

function toCpus(text: string | undefined): number[] | undefined {
  return text === undefined ? undefined : parseCpuList(text);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
