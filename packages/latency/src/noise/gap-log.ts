import type { SessionClock } from '@hftmon/core';
import type { Explanation } from '../receipt/explain-stretch.js';
import { CAUSE_CLASS, type CauseClass } from '../types/cause.js';
import { blame, type NoiseCause, type NoiseGap, type RawGap } from './noise-gap.js';

/** All gaps of a run that share a cause. */
export interface NoiseTotal {
  readonly cause: NoiseCause;
  readonly causeClass: CauseClass;
  /** Net time of that cause in all gaps. */
  readonly ns: number;
  /** Gaps that it has a part in. */
  readonly gaps: number;
  /**
   * What of it no kernel event shows, but getrusage of the probe's thread: the gaps whose
   * `causeFrom` is `rusage`, and their time that no record accounts for. Absent when there is none.
   */
  readonly fromRusage?: { readonly ns: number; readonly gaps: number };
}

interface Sum {
  ns: number;
  gaps: number;
  rusageNs: number;
  rusageGaps: number;
}

/** Explained gaps: the longest are kept, all are added up. */
export class GapLog {
  readonly #cpu: number;
  readonly #clock: SessionClock;
  readonly #most: number;
  readonly #sums = new Map<NoiseCause, Sum>();
  #kept: NoiseGap[] = [];
  #count = 0;

  /** @param most - gaps that are kept */
  constructor(cpu: number, clock: SessionClock, most: number) {
    this.#cpu = cpu;
    this.#clock = clock;
    this.#most = most;
  }

  /** Gaps so far. */
  get count(): number {
    return this.#count;
  }

  add(raw: RawGap, explanation: Explanation | undefined): NoiseGap {
    const { startNs, endNs, involuntarySwitches, minorFaults, majorFaults } = raw;
    const lost = explanation?.incomplete === true || explanation?.truncated === true;
    const blamed = blame(raw, explanation);
    const estimated = explanation?.estimated === true || blamed.causeFrom !== undefined;
    const gap: NoiseGap = {
      timestamp: this.#clock.toDate(startNs),
      timestampNs: startNs,
      monotonicNs: Number(this.#clock.toMonotonicNs(startNs)),
      durationNs: endNs - startNs,
      cpu: this.#cpu,
      ...blamed,
      involuntarySwitches,
      minorFaults,
      majorFaults,
      ...(explanation === undefined ? {} : { receipt: explanation.receipt }),
      ...(lost ? { incomplete: true } : {}),
      ...(estimated ? { estimated: true } : {}),
    };
    this.#count++;
    this.#sum(gap);
    this.#keep(gap);
    return gap;
  }

  /** The longest, in the order of time. */
  list(): NoiseGap[] {
    this.#trim();
    return [...this.#kept].sort((a, b) => a.timestampNs - b.timestampNs);
  }

  /** By cause, the one that took most first. They sum to the time of all gaps. */
  totals(): NoiseTotal[] {
    return [...this.#sums]
      .map(([cause, { ns, gaps, rusageNs, rusageGaps }]) => ({
        cause,
        causeClass: classOf(cause),
        ns,
        gaps,
        ...(rusageGaps === 0 ? {} : { fromRusage: { ns: rusageNs, gaps: rusageGaps } }),
      }))
      .sort((a, b) => b.ns - a.ns);
  }

  #sum({ cause, causeFrom, durationNs, receipt }: NoiseGap): void {
    if (receipt === undefined || cause === 'hardware_or_hypervisor') {
      this.#take(cause, durationNs);
      return;
    }
    let tracedNs = 0;
    let countedNs = 0;
    for (const part of receipt.parts) {
      if (causeFrom !== undefined && part.cause === cause) tracedNs += part.ns;
      else if (causeFrom !== undefined && part.cause === 'unexplained') countedNs += part.ns;
      else this.#take(part.cause, part.ns);
    }
    // What no record accounts for is of the cause that the kernel's count tells.
    if (tracedNs + countedNs > 0) this.#take(cause, tracedNs + countedNs, countedNs);
  }

  /** @param rusageNs - what of it no record shows */
  #take(cause: NoiseCause, ns: number, rusageNs = 0): void {
    const sum = this.#sums.get(cause) ?? { ns: 0, gaps: 0, rusageNs: 0, rusageGaps: 0 };
    sum.ns += ns;
    sum.gaps++;
    sum.rusageNs += rusageNs;
    if (rusageNs > 0) sum.rusageGaps++;
    this.#sums.set(cause, sum);
  }

  #keep(gap: NoiseGap): void {
    this.#kept.push(gap);
    if (this.#kept.length >= 2 * this.#most) this.#trim();
  }

  #trim(): void {
    if (this.#kept.length <= this.#most) return;
    this.#kept.sort((a, b) => b.durationNs - a.durationNs);
    this.#kept = this.#kept.slice(0, this.#most);
  }
}

function classOf(cause: NoiseCause): CauseClass {
  return cause === 'hardware_or_hypervisor' ? 'hardware' : CAUSE_CLASS[cause];
}
