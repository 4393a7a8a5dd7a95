import type { Refusal, SpanProbe, SpanProbeCounts, SpanProbeState } from '@hftmon/core';
import { isFunctionProbe } from './find-places.js';

/** What a probe has come to in a process. */
export type ProbeOutcome =
  | {
      readonly index: number;
      readonly origin: number;
      readonly binary: string;
      /** File and place, for telling probes of the same place. */
      readonly place: string;
    }
  | {
      readonly refusal: Refusal;
      /** The process may load later what it doesn't map yet. */
      readonly isWaiting: boolean;
    };

/** A probe in one process: attached, or not with the reason, and what it was at the end. */
export class ProcessProbe {
  readonly pid: number;
  readonly probe: SpanProbe;
  outcome: ProbeOutcome;
  /** Of a process that was let go of. */
  last: SpanProbeCounts | undefined;

  constructor(pid: number, probe: SpanProbe, outcome: ProbeOutcome) {
    this.pid = pid;
    this.probe = probe;
    this.outcome = outcome;
  }

  describe(counts: (index: number) => SpanProbeCounts): SpanProbeState {
    const { pid, probe, outcome } = this;
    const source = isFunctionProbe(probe) ? 'uprobe' : 'usdt';
    const what = { name: probe.name, pid, source } as const;
    if ('refusal' in outcome) return { ...what, refusal: outcome.refusal };
    const { origin, binary, index } = outcome;
    return { ...what, origin, binary, counts: this.last ?? counts(index) };
  }
}
