import type { ProbeEnvironment, Refusal, Support } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { callFailure, toRefusal } from '../native/call-failure.js';
import { samplesLibrary } from '../native/samples-bindings.js';
import { readCorePmus } from '../pmu/core-pmu.js';
import { noPmu, SAME_USER } from '../pmu/reasons.js';
import { ibsEvents, pebsEvents } from './memory-events.js';
import { readSpePmus, speEvents } from './spe-events.js';
import {
  cpuClockEvent,
  toNative,
  type SamplingEvent,
  type SamplingSource,
} from './sampling-event.js';

/** Opens an event on a thread of this process and closes it: 0 or a negative errno. */
export type SamplingAttempt = (event: SamplingEvent) => number;

/** What each source of address samples can do on this host. */
export type AddressSamplingSupport = Readonly<Record<SamplingSource, Support>>;

const EACCES = -13;
const EBUSY = -16;
const EINVAL = -22;

/** Large enough not to take a sample while it is tried. */
const TRIAL = { period: 1_000_000_000 };

/**
 * Which sources of address samples work here, each tried for a moment on this process itself.
 * @param attempt - replaced where the tree of another host is looked at
 * @throws HardwareNotSupportedError when the native library can't be loaded
 */
export function probeAddressSampling(
  env: ProbeEnvironment,
  attempt: SamplingAttempt = tryEvent,
): AddressSamplingSupport {
  return {
    pebs: probePebs(env, attempt),
    ibs: probeIbs(env, attempt),
    spe: probeSpe(env, attempt),
    'cpu-clock': probeCpuClock(env, attempt),
  };
}

/** @returns 0, or a negative errno */
function tryEvent(event: SamplingEvent): number {
  return samplesLibrary().attempt(toNative(event));
}

function probePebs(env: ProbeEnvironment, attempt: SamplingAttempt): Support {
  if (readCorePmus(env.sysRoot).length === 0) return noPmu();
  const events = pebsEvents(env.sysRoot, TRIAL);
  if (events.length === 0) {
    return unsupported('the PMU of this CPU has no event mem-loads: PEBS is of Intel', 'none');
  }
  const refusal = firstRefusal(events, attempt);
  return refusal ?? offered(env, 'hardware', 'PEBS mem-loads and mem-stores');
}

function probeIbs(env: ProbeEnvironment, attempt: SamplingAttempt): Support {
  const events = ibsEvents(env.sysRoot, TRIAL);
  const [event] = events;
  if (event === undefined) {
    return unsupported(
      'there is no PMU ibs_op: IBS is of AMD, and virtual machines do not have it',
      'run on bare metal with an AMD CPU',
    );
  }
  const result = attempt(event);
  if (result === EACCES && !event.excludeKernel) {
    return unsupported(
      'this kernel cannot leave the kernel out of IBS samples, and this process may not sample it',
      'run as root, grant CAP_PERFMON, or sudo sysctl kernel.perf_event_paranoid=1',
      'HFTMON_E_NOT_PERMITTED',
    );
  }
  if (result === EINVAL) {
    return unsupported(
      'this kernel takes IBS samples of whole CPUs, not of single threads',
      'use a newer kernel, which takes them of threads',
    );
  }
  const refusal = firstRefusal(events, attempt);
  return refusal ?? offered(env, 'hardware', 'IBS op');
}

function probeSpe(env: ProbeEnvironment, attempt: SamplingAttempt): Support {
  if (readSpePmus(env.sysRoot).length === 0) {
    return unsupported(
      'there is no PMU arm_spe: SPE is of Arm, and virtual machines seldom have it',
      'run on bare metal with an Arm CPU that has SPE (with kpti=off, if the kernel log asks for it)',
    );
  }
  const events = speEvents(env.sysRoot, TRIAL);
  if (events.length === 0) {
    return unsupported('the PMU arm_spe cannot be asked for loads and stores alone', 'none');
  }
  if (events.some((event) => attempt(event) === EBUSY)) {
    return unsupported(
      'somebody else samples whole CPUs with SPE, which excludes sampling single threads',
      'end the other profiler (perf record -a, for instance)',
    );
  }
  const refusal = firstRefusal(events, attempt);
  if (refusal !== undefined) return refusal;
  const offer = offered(env, 'hardware', 'SPE loads and stores');
  return events.every(({ spe }) => spe === 'neoverse') ? offer : withoutSources(offer);
}

function withoutSources(offer: Extract<Support, { ok: true }>): Support {
  const limit =
    'the data sources of this CPU are not known, only hits of the L1 and the last level';
  const degraded = offer.degraded === undefined ? limit : `${offer.degraded}; ${limit}`;
  return { ...offer, degraded };
}

function probeCpuClock(env: ProbeEnvironment, attempt: SamplingAttempt): Support {
  const refusal = firstRefusal([cpuClockEvent(TRIAL.period)], attempt);
  const source = 'cpu-clock samples with registers (estimate, weighted by stalls)';
  return refusal ?? offered(env, 'kernel', source);
}

function offered(
  env: ProbeEnvironment,
  tier: 'hardware' | 'kernel',
  source: string,
): Extract<Support, { ok: true }> {
  const everybody = mayTraceKernel(env) || env.hasCapability('CAP_SYS_PTRACE');
  return everybody ? { ok: true, tier, source } : { ok: true, tier, source, ...SAME_USER };
}

function mayTraceKernel(env: ProbeEnvironment): boolean {
  return env.hasCapability('CAP_PERFMON') || env.hasCapability('CAP_SYS_ADMIN');
}

function firstRefusal(
  events: readonly SamplingEvent[],
  attempt: SamplingAttempt,
): Refusal | undefined {
  for (const event of events) {
    const result = attempt(event);
    if (result >= 0) continue;
    const detail = nativeLibrary().lastError();
    return toRefusal(callFailure(result, `sampling by ${event.name}`, detail, process.pid));
  }
  return undefined;
}

function unsupported(reason: string, remedy: string, code = 'HFTMON_E_UNSUPPORTED'): Refusal {
  return { ok: false, code, reason, remedy };
}
