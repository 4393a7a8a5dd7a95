import { readPmuDevices, type CpuModelRoots, type PmuDevice } from '@hftmon/perf-native';
import { findDataFabricEvents } from './data-fabric.js';
import {
  LINE_BYTES,
  encodeMemoryEvent,
  type MemoryEvent,
  type MemoryEvents,
} from './memory-event.js';

const UNITS: Readonly<Record<string, number>> = {
  Bytes: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  MB: 1e6,
};

/** A family of PMUs and the events of it that are summed up. */
interface Family {
  readonly label: string;
  readonly pmus: RegExp;
  /** Names in `events`, with scale and unit beside them. */
  readonly named?: readonly string[];
  /** Terms for PMUs that name no events themselves, each counting lines of 64 bytes. */
  readonly terms?: readonly { readonly name: string; readonly terms: string }[];
}

/**
 * Families, the first that a host has is used, and before the data fabric of AMD. Intel's controllers name their events in sysfs
 * (arch/x86/events/intel/uncore_snbep.c, uncore_snb.c). AMD's name none: the terms of amd_umc are
 * those of the kernel's table (tools/perf/pmu-events/arch/x86/amdzen4/memory-controller.json,
 * umc_cas_cmd.rd and .wr); which bits they mean is again read from sysfs.
 */
const FAMILIES: readonly Family[] = [
  {
    label: 'uncore_imc_*',
    pmus: /^uncore_imc_\d+$/,
    named: ['cas_count_read', 'cas_count_write'],
  },
  // Granite Rapids and later split the counts by sub-channel.
  {
    label: 'uncore_imc_*',
    pmus: /^uncore_imc_\d+$/,
    named: [
      'cas_count_read_sch0',
      'cas_count_read_sch1',
      'cas_count_write_sch0',
      'cas_count_write_sch1',
    ],
  },
  {
    label: 'uncore_imc_free_running_*',
    pmus: /^uncore_imc_free_running_\d+$/,
    named: ['read', 'write'],
  },
  {
    label: 'uncore_imc_free_running_*',
    pmus: /^uncore_imc_free_running_\d+$/,
    named: ['data_read', 'data_write'],
  },
  { label: 'uncore_imc', pmus: /^uncore_imc$/, named: ['data_reads', 'data_writes'] },
  {
    label: 'amd_umc_*',
    pmus: /^amd_umc_\d+$/,
    terms: [
      { name: 'umc_cas_cmd.rd', terms: 'event=0x0a,rdwrmask=0x1' },
      { name: 'umc_cas_cmd.wr', terms: 'event=0x0a,rdwrmask=0x2' },
    ],
  },
];

/** Events of this host; `undefined` when it has no memory controllers that can be counted. */
export function findMemoryEvents(roots: CpuModelRoots): MemoryEvents | undefined {
  for (const family of FAMILIES) {
    const pmus = readPmuDevices(roots.sysRoot, family.pmus);
    if (pmus.length === 0) continue;
    const perPmu = pmus.map((pmu) => eventsOf(pmu, family));
    // A controller left out would make the sum too small.
    if (!perPmu.every((events) => events !== undefined)) continue;
    const names = [...new Set(perPmu.flat().map(({ name }) => name))];
    return { source: `${family.label}: ${names.join(', ')}`, turns: [perPmu.flat()] };
  }
  return findDataFabricEvents(roots);
}

function eventsOf(pmu: PmuDevice, { named = [], terms = [] }: Family): MemoryEvent[] | undefined {
  const found = [
    ...named.map((name) => {
      const event = pmu.events.get(name);
      const unit = UNITS[event?.unit ?? ''];
      if (event === undefined || unit === undefined) return undefined;
      return { name, terms: event.terms, bytesPerCount: event.scale * unit };
    }),
    ...terms.map((event) => ({ ...event, bytesPerCount: LINE_BYTES })),
  ];
  const events: MemoryEvent[] = [];
  for (const each of found) {
    const event = each && encodeMemoryEvent(pmu, each);
    if (event === undefined) return undefined;
    events.push(event);
  }
  return events;
}
