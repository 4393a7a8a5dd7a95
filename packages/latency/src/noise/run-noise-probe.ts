import { setTimeout as sleep } from 'node:timers/promises';
import { createProbeEnvironment, NoiseProbe } from '@hftmon/perf-native';
import { GapLog } from './gap-log.js';
import { KernelEvents } from './kernel-events.js';
import { DEFAULT_PERCENTILES, mostGaps, type NoiseRunOptions } from './noise-options.js';
import { noiseReport, type NoiseReport } from './noise-report.js';
import { PendingGaps } from './pending-gaps.js';
import { SmiCounter } from './smi-counter.js';
import { readStealNs, stealCount } from './steal.js';

/** Time between two looks at what the probe has written, ms. */
const LOOK_EVERY_MS = 10;

/**
 * Keeps a CPU busy with reading its clock for a given time, and says what kept it from that: each
 * gap with the kernel's events in it, and what is left to hardware or hypervisor.
 * @throws ConfigurationError `HFTMON_E_CPU_NEEDED` for a CPU that others need, unless it is forced
 * @throws ConfigurationError, PermissionError as the constructor and the start of `NoiseProbe`
 */
export async function runNoiseProbe(options: NoiseRunOptions): Promise<NoiseReport> {
  const { cpu, durationMs, environment = createProbeEnvironment(), signal, onGap } = options;
  const { percentiles = DEFAULT_PERCENTILES, realtimePriority = 0 } = options;
  const { procRoot, sysRoot } = environment;
  const most = mostGaps(options);
  using events = new KernelEvents(cpu, environment, (gap, explanation) => {
    const explained = log.add(gap, explanation);
    onGap?.(explained);
  });
  const { clock, collector, session, support } = events;
  const log = new GapLog(cpu, clock, most);
  // Refusals come before anything is attached.
  using probe = new NoiseProbe({ ...options, epochNs: clock.epochMonotonicNs }, environment);
  events.start();
  collector.follow(new PendingGaps(probe), () => probe.stats().tid);
  using smis = new SmiCounter(cpu, sysRoot);
  const stealBefore = readStealNs(cpu, procRoot);
  probe.start();
  const goesOn = () => !probe.ended && signal?.aborted !== true;
  // It measures its clock first.
  while (goesOn() && probe.stats().samples === 0) await sleep(1);
  options.onReady?.();
  while (goesOn()) {
    await sleep(LOOK_EVERY_MS);
    events.catchUp();
  }
  probe.stop();
  events.catchUp(true);
  return noiseReport({
    cpu,
    durationMs,
    realtimePriority,
    percentiles,
    probe,
    log,
    refused: probe.refusedGaps,
    hardware: {
      stealNs: stealCount(stealBefore, readStealNs(cpu, procRoot)),
      smis: smis.count(),
    },
    kernelEvents: support,
    notObserved: collector.notObserved(),
    losses: support.ok ? session.losses() : undefined,
  });
}
