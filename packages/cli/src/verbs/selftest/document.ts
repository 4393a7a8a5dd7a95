import { release } from 'node:os';
import { spikeToJson, type HFTResourceMonitor, type NotObserved } from '@hftmon/monitor';
import { lossEntry, type LossEntry } from '../stat/document.js';
import type { KindResult } from './judge-kind.js';
import type { SpikeChecks } from './judge-spikes.js';
import type { Verdict } from './verdict.js';

/** What `hftmon selftest --json` prints. */
export interface SelftestDocument {
  readonly schema: 'hftmon.selftest/1';
  readonly type: 'selftest';
  readonly mode: 'quick' | 'full' | 'quiet';
  /** Gives the same order and pauses again. */
  readonly seed: number;
  readonly kernel: string;
  readonly cpu: number;
  readonly pid: number;
  readonly tid: number;
  readonly durationNs: number;
  readonly thresholdNs: number;
  readonly pass: boolean;
  /** T5: detection, causes, durations, no alarm for nothing. */
  readonly truth: Verdict;
  /** T6: the parts of each receipt sum to its spike. */
  readonly receipts: Verdict;
  readonly kinds: readonly KindResult[];
  readonly checks: Omit<SpikeChecks, 'examples'> & {
    /** In the form of `hftmon spikes --json`. */
    readonly examples: readonly unknown[];
  };
  /** Gaps of the target's own clock of 1 us and more. */
  readonly gaps: number;
  readonly notObserved: readonly NotObserved[];
  readonly losses: LossEntry;
}

export interface SelftestInput extends Pick<
  SelftestDocument,
  | 'mode'
  | 'seed'
  | 'cpu'
  | 'pid'
  | 'tid'
  | 'durationNs'
  | 'thresholdNs'
  | 'truth'
  | 'receipts'
  | 'kinds'
  | 'gaps'
> {
  readonly monitor: HFTResourceMonitor;
  readonly checks: SpikeChecks;
}

export function selftestDocument(input: SelftestInput): SelftestDocument {
  const { monitor, truth, receipts, kinds, checks, gaps, ...run } = input;
  return {
    schema: 'hftmon.selftest/1',
    type: 'selftest',
    ...run,
    kernel: release(),
    pass: truth.pass && receipts.pass,
    truth,
    receipts,
    kinds,
    checks: { ...checks, examples: checks.examples.map(spikeToJson) },
    gaps,
    notObserved: monitor.notObservedCauses(),
    losses: lossEntry(monitor),
  };
}
