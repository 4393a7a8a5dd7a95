import type { ProbeEnvironment, Support } from '@hftmon/core';
import {
  cpuClockEvent,
  ibsEvents,
  isHitmReliable,
  pebsEvents,
  probeAddressSampling,
  readCpuModel,
  speEvents,
  type SamplingAttempt,
  type SamplingEvent,
} from '@hftmon/perf-native';

/** What addresses are sampled with. */
export interface SamplingChoice {
  readonly events: readonly SamplingEvent[];
  /** Samples tell where the data came from. */
  readonly hasDataSource: boolean;
  readonly isHitmReliable: boolean;
  /** CPU time between two samples, us; absent for hardware, which counts accesses. */
  readonly periodUs?: number;
  /** Pages of each thread's ring. */
  readonly ringPages: number;
  /** Time between two looks at the rings, ns. */
  readonly pollIntervalNs: number;
}

/** The best source of this host, or why there is none. */
export interface SamplingOffer {
  readonly support: Support;
  readonly choice?: SamplingChoice;
}

/** Loads, micro-operations or operations (SPE) between two hardware samples: some hundreds a second when busy. */
const HARDWARE_PERIOD = 1_000_003;
/** As in `perf c2c`: loads that were answered sooner did not come from another core. */
const MIN_LATENCY_CYCLES = 30;

const POLL_NS = 50e6;
/** A ring holds three times what comes between two looks; thousands of threads have one each. */
const RING_S = (3 * POLL_NS) / 1e9;
const RECORD_BYTES = 256;
const PAGE_BYTES = 4096;
/** Hardware samples some hundreds of times a second, a small record each. */
const HARDWARE_RING_PAGES = 8;

/**
 * @param periodUs - CPU time between two samples where the CPU clock has to serve
 * @param attempt - replaced where the tree of another host is looked at
 */
export function offerSampling(
  env: ProbeEnvironment,
  periodUs: number,
  attempt?: SamplingAttempt,
): SamplingOffer {
  const sources = probeAddressSampling(env, attempt);
  const options = { period: HARDWARE_PERIOD, minLatencyCycles: MIN_LATENCY_CYCLES };
  if (sources.pebs.ok) {
    return hardware(env, sources.pebs, pebsEvents(env.sysRoot, options));
  }
  if (sources.ibs.ok) {
    return hardware(env, sources.ibs, ibsEvents(env.sysRoot, options));
  }
  if (sources.spe.ok) {
    const events = speEvents(env.sysRoot, options);
    if (events.every(({ spe }) => spe === 'neoverse')) return hardware(env, sources.spe, events);
  }
  const clock = sources['cpu-clock'];
  if (!clock.ok) return { support: clock };
  if (process.arch !== 'x64') return { support: sources.spe.ok ? NO_SOURCES : NO_DECODER };
  const source =
    'cpu-clock samples, decoding of the instruction before (estimate, weighted by stalls)';
  return {
    support: { ...clock, source },
    choice: {
      events: [cpuClockEvent(Math.round(periodUs * 1000))],
      hasDataSource: false,
      isHitmReliable: false,
      periodUs,
      ringPages: clockRingPages(periodUs),
      pollIntervalNs: POLL_NS,
    },
  };
}

const NO_DECODER: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: `without hardware samples, addresses come from decoded instructions, and only those of x86-64 are decoded, not of ${process.arch}`,
  remedy: 'run on a host with PEBS, IBS or SPE, or on x86-64',
};

const NO_SOURCES: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'samples of SPE do not tell on this CPU whether another core answered',
  remedy: 'run on a Neoverse N1, V1, N2 or V2, or on x86-64',
};

function hardware(
  env: ProbeEnvironment,
  support: Support,
  events: readonly SamplingEvent[],
): SamplingOffer {
  const cpu = readCpuModel(env);
  const isReliable = cpu?.arch !== 'x86' || isHitmReliable(cpu.vendor, cpu.family, cpu.model);
  return {
    support,
    choice: {
      events,
      hasDataSource: true,
      isHitmReliable: isReliable,
      ringPages: HARDWARE_RING_PAGES,
      pollIntervalNs: POLL_NS,
    },
  };
}

/** A power of two, as the kernel wants it. */
function clockRingPages(periodUs: number): number {
  const bytes = (RING_S * 1e6 * RECORD_BYTES) / periodUs;
  return 2 ** Math.max(0, Math.ceil(Math.log2(bytes / PAGE_BYTES)));
}
