import {
  readCpuModel,
  readPmuDevices,
  type CpuModel,
  type CpuModelRoots,
} from '@hftmon/perf-native';
import {
  LINE_BYTES,
  encodeMemoryEvent,
  type EventTerms,
  type MemoryEvent,
  type MemoryEvents,
} from './memory-event.js';

/** What the data fabric of a generation of AMD servers counts of its memory channels. */
interface DataFabric {
  readonly family: number;
  /** Ranges of models, both ends included. */
  readonly models: readonly (readonly [first: number, last: number])[];
  /** For people. */
  readonly label: string;
  readonly turns: readonly (readonly EventTerms[])[];
  readonly degraded: string;
}

/** Each channel is a unit of the fabric, and units are 0x40 apart in the numbers of its events. */
const UNIT_STEP = 0x40;

function ofChannels(
  name: string,
  [first, end]: readonly [first: number, end: number],
  event: number,
  umask: number,
): EventTerms[] {
  return Array.from({ length: end - first }, (_, index) => ({
    name: `${name}${first + index}`,
    terms: `event=${event + UNIT_STEP * (first + index)},umask=${umask}`,
    bytesPerCount: LINE_BYTES,
  }));
}

const CONTROLLER = 'dram_channel_data_controller_';

/** Reads and writes in one event per channel: 8 channels, 4 counters. */
const ZEN2_AND_3 = {
  label: `${CONTROLLER}0 to 7`,
  turns: [ofChannels(CONTROLLER, [0, 4], 0x07, 0x38), ofChannels(CONTROLLER, [4, 8], 0x07, 0x38)],
  degraded:
    'channels 0 to 3 and 4 to 7 are counted in turns, as the data fabric has 4 counters; AMD calls the counts approximate',
};

const STATIONS = [0, 12] as const;

/** Four events per channel: 12 channels, 16 counters. */
const ZEN4 = {
  label: '{local,remote}_processor_{read,write}_data_beats_cs0 to 11',
  turns: [
    ofChannels('local_processor_read_data_beats_cs', STATIONS, 0x1f, 0x7fe),
    ofChannels('local_processor_write_data_beats_cs', STATIONS, 0x1f, 0x7ff),
    ofChannels('remote_processor_read_data_beats_cs', STATIONS, 0x1f, 0xbfe),
    ofChannels('remote_processor_write_data_beats_cs', STATIONS, 0x1f, 0xbff),
  ],
  degraded:
    'reads and writes of the own and of the other socket are counted in turns, as the data fabric has 16 counters',
};

/**
 * Servers alone: client models have other channels, and AMD documents no events for them. Codes of
 * Linux tools/perf/pmu-events/arch/x86/amdzen2, amdzen3 and amdzen4/data-fabric.json, which are
 * those of AMD's PPRs of the families.
 */
const FABRICS: readonly DataFabric[] = [
  { family: 0x17, models: [[0x30, 0x3f]], ...ZEN2_AND_3 },
  { family: 0x19, models: [[0x00, 0x0f]], ...ZEN2_AND_3 },
  {
    family: 0x19,
    models: [
      [0x10, 0x1f],
      [0xa0, 0xaf],
    ],
    ...ZEN4,
  },
];

const PMU = /^amd_df$/;

/** Does the kernel have the PMU of the data fabric, known or not? */
export function hasDataFabric(sysRoot: string): boolean {
  return readPmuDevices(sysRoot, PMU).length > 0;
}

/** Events of the data fabric that count the memory channels; `undefined` where none are known. */
export function findDataFabricEvents(roots: CpuModelRoots): MemoryEvents | undefined {
  const cpu = readCpuModel(roots);
  const fabric = FABRICS.find((each) => cpu !== undefined && isOf(cpu, each));
  const [pmu] = readPmuDevices(roots.sysRoot, PMU);
  if (fabric === undefined || pmu === undefined) return undefined;
  const turns: MemoryEvent[][] = [];
  for (const terms of fabric.turns) {
    const turn = terms.flatMap((each) => encodeMemoryEvent(pmu, each) ?? []);
    // Before Linux 6.0 the format has no place for the masks of Zen 4.
    if (turn.length < terms.length) return undefined;
    turns.push(turn);
  }
  return { source: `amd_df: ${fabric.label}`, turns, degraded: fabric.degraded };
}

function isOf(cpu: CpuModel, { family, models }: DataFabric): boolean {
  return (
    cpu.arch === 'x86' &&
    cpu.vendor === 'AuthenticAMD' &&
    cpu.family === family &&
    models.some(([first, last]) => cpu.model >= first && cpu.model <= last)
  );
}
