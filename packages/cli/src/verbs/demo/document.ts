import { spikeToJson, type HFTResourceMonitor } from '@hftmon/monitor';
import { lossEntry, type LossEntry } from '../stat/document.js';
import { SpikeCounter, type SpikeCounts } from '../spikes/summary.js';
import type { SpikeLog } from './spike-log.js';
import type { Stage } from './stage.js';
import type { Verdict } from './verdict.js';

/** What `hftmon demo --json` prints. */
export interface DemoDocument {
  readonly schema: 'hftmon.demo/1';
  readonly type: 'demo';
  readonly pid: number;
  readonly cpu: number;
  readonly thresholdNs: number;
  readonly disturbances: readonly (Omit<Verdict, 'spikes'> & {
    /** Its spikes, in the form of `hftmon spikes --json`. */
    readonly spikes: readonly unknown[];
  })[];
  /** Spikes that nobody injected: what this host does by itself. */
  readonly others: SpikeCounts;
  readonly spikes: SpikeCounts;
  readonly losses: LossEntry;
}

export interface DemoInput {
  readonly monitor: HFTResourceMonitor;
  readonly stage: Stage;
  readonly verdicts: readonly Verdict[];
  readonly log: SpikeLog;
  readonly thresholdUs: number;
}

export function demoDocument(input: DemoInput): DemoDocument {
  const { monitor, stage, verdicts, log, thresholdUs } = input;
  const all = new SpikeCounter();
  const others = new SpikeCounter();
  const injected = new Set(verdicts.flatMap(({ spikes }) => spikes));
  for (const spike of log.all()) {
    all.add(spike);
    if (!injected.has(spike)) others.add(spike);
  }
  return {
    schema: 'hftmon.demo/1',
    type: 'demo',
    pid: stage.pid,
    cpu: stage.cpu,
    thresholdNs: thresholdUs * 1000,
    disturbances: verdicts.map((verdict) => ({
      ...verdict,
      spikes: verdict.spikes.map(spikeToJson),
    })),
    others: others.counts(),
    spikes: all.counts(),
    losses: lossEntry(monitor),
  };
}
