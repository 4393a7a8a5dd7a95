import type { Explanation } from '../receipt/explain-stretch.js';
import { CAUSE_CLASS, type CauseClass } from '../types/cause.js';
import type { ObservedCause } from '../types/details.js';
import type { Receipt } from '../types/spike.js';

/**
 * What a gap is blamed on: the cause of the largest part of its receipt. `hardware_or_hypervisor`:
 * the kernel had nothing to do with it. No event of its falls into the gap, and by its own books it
 * did not take the probe off the CPU.
 */
export type NoiseCause = ObservedCause | 'hardware_or_hypervisor';

/** Time in which the probe could not read the clock of its CPU. */
export interface NoiseGap {
  /** Wall-clock time of its start. */
  readonly timestamp: Date;
  /** Its start, ns since the epoch of the run. */
  readonly timestampNs: number;
  /** Its start, CLOCK_MONOTONIC ns. */
  readonly monotonicNs: number;
  /** From the last reading before it to the first one after it. */
  readonly durationNs: number;
  readonly cpu: number;
  readonly cause: NoiseCause;
  readonly causeClass: CauseClass;
  /**
   * The cause is told by `involuntarySwitches` alone, which the kernel counted in the gap (getrusage
   * of the probe's thread): a sandbox kept the switches themselves from being traced, so that no
   * record says who took the CPU, or of how much of the gap. `estimated` then, too.
   */
  readonly causeFrom?: 'rusage';
  /**
   * Times that the kernel took the probe off the CPU, by its own books. They are read after the gap:
   * one that comes right then is counted here, and not with the next gap, which is its own.
   */
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** What it was made of; absent where kernel events can't be observed. */
  readonly receipt?: Receipt;
  /** Records were lost in or near it, or overwritten before it was explained. */
  readonly incomplete?: true;
  /**
   * When the probe left the CPU or came back was not traced, as sandboxes do it: time of a task may
   * be in the receipt as unexplained.
   */
  readonly estimated?: true;
}

/** A gap as the probe wrote it. */
export interface RawGap {
  readonly startNs: number;
  readonly endNs: number;
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** A cause, and where it is from if not from records. */
export type Blame = Pick<NoiseGap, 'cause' | 'causeClass' | 'causeFrom'>;

const UNEXPLAINED = { cause: 'unexplained', causeClass: 'unknown' } as const;
const HARDWARE = { cause: 'hardware_or_hypervisor', causeClass: 'hardware' } as const;
const PREEMPTED_BY_COUNT = {
  cause: 'preemption',
  causeClass: CAUSE_CLASS.preemption,
  causeFrom: 'rusage',
} as const;

/** What a gap is blamed on. @param explanation - `undefined` where there are no kernel events */
export function blame(raw: RawGap, explanation: Explanation | undefined): Blame {
  if (explanation === undefined) return UNEXPLAINED;
  const { involuntarySwitches, minorFaults, majorFaults } = raw;
  const { receipt, incomplete, truncated, estimated } = explanation;
  const [main] = receipt.parts;
  if (main !== undefined && main.cause !== 'unexplained') {
    return { cause: main.cause, causeClass: main.causeClass };
  }
  // A preemption that was traced as a whole accounts for a switch, but not for the rest of the gap.
  const traced = receipt.parts.some(({ cause }) => cause === 'preemption') && estimated !== true;
  if (involuntarySwitches > 0 && !traced) return PREEMPTED_BY_COUNT;
  const lost = incomplete === true || truncated === true;
  const some = receipt.unexplainedNs < receipt.durationNs;
  return lost || some || minorFaults + majorFaults + involuntarySwitches > 0
    ? UNEXPLAINED
    : HARDWARE;
}
