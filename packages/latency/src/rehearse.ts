import { RECORD_WORDS, RecordKind, createBatch, writeHeader } from '@hftmon/core';
import { SpikeDetector } from './detect/spike-detector.js';
import { Thresholds } from './detect/thresholds.js';
import { CpuLogs } from './observe/cpu-logs.js';
import { RecordIntake } from './observe/record-intake.js';
import { StopSignals } from './observe/stop-signals.js';
import { ThreadRegistry } from './observe/thread-registry.js';
import type { ResolvedOptions } from './options/latency-options.js';
import { RateLimit } from './report/rate-limit.js';
import { Reporter, type ReporterParts } from './report/reporter.js';

/** V8 has compiled all of it after so many spikes; they take some 20 ms. */
const ROUNDS = 2000;
const TID = 1;
const EVERY_NS = 1e9;

/**
 * Takes made-up spikes from record to verdict, in a detector of its own whose verdicts nobody hears.
 * Spikes are rare: without it the first hundreds would be found by interpreted code, which takes ten
 * times as long.
 */
export function rehearse(
  options: ResolvedOptions,
  parts: Pick<ReporterParts, 'clock' | 'lookups' | 'sceneOf'>,
): void {
  const reporter = new Reporter({
    ...parts,
    limit: new RateLimit(Infinity),
    mergeGapNs: options.mergeGapNs,
    pidOf: () => TID,
    lostIn: () => false,
  });
  const thresholds = new Thresholds({ ...options, byName: [] }, new Map(), () => '');
  const detector = new SpikeDetector(options, thresholds, {
    onGroup: (track, group, finder) => void reporter.report(track, group, finder),
    onLooked: () => undefined,
  });
  const threads = new ThreadRegistry('', () => undefined);
  const [cpus, signals] = [new CpuLogs(), new StopSignals()];
  const intake = new RecordIntake({ threads, cpus, signals, detector });
  const { u32, f64 } = createBatch(2);
  for (let round = 1; round <= ROUNDS; round++) {
    const startNs = round * EVERY_NS;
    const durationNs = options.thresholdNs * 2;
    writeHeader(u32, f64, 0, RecordKind.Ran, 0, TID, startNs, durationNs);
    writeHeader(u32, f64, RECORD_WORDS, RecordKind.Switch, 0, TID, startNs, durationNs);
    for (let base = 0; base <= RECORD_WORDS; base += RECORD_WORDS) intake.take(u32, f64, base);
    detector.advance(intake.watermarkNs);
  }
}
