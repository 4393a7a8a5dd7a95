import type { Explanation } from '../receipt/explain-stretch.js';
import type { CauseClass } from '../types/cause.js';
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
  /** Times that the kernel took the probe off the CPU, by its own books. */
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** What it was made of; absent where kernel events can't be observed. */
  readonly receipt?: Receipt;
  /** Records were lost in or near it, or overwritten before it was explained. */
  readonly incomplete?: true;
  /**
   * When the probe came back to the CPU was not traced, as sandboxes do it, and is an estimate:
   * time of a task may be in the receipt as unexplained.
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

/** What a gap is blamed on. @param explanation - `undefined` where there are no kernel events */
export function blame(
  { involuntarySwitches, minorFaults, majorFaults }: RawGap,
  explanation: Explanation | undefined,
): Pick<NoiseGap, 'cause' | 'causeClass'> {
  const unexplained = { cause: 'unexplained', causeClass: 'unknown' } as const;
  if (explanation === undefined) return unexplained;
  const [main] = explanation.receipt.parts;
  const { receipt, incomplete, truncated } = explanation;
  if (receipt.unexplainedNs < receipt.durationNs && main !== undefined) {
    return { cause: main.cause, causeClass: main.causeClass };
  }
  const lost = incomplete === true || truncated === true;
  const kernel = involuntarySwitches + minorFaults + majorFaults > 0;
  if (lost || kernel) return unexplained;
  return { cause: 'hardware_or_hypervisor', causeClass: 'hardware' };
}
