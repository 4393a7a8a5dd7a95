import type { Scene } from '../receipt/scene.js';
import type { Slice, Unexplained } from '../receipt/slice.js';
import type { UnexplainedDetails } from '../types/details/application.js';
import { sumNs } from './shares.js';

/** Time without a cause, by what is known of it. */
export interface Remainder {
  /** Between merged interferences, ns. */
  betweenNs: number;
  /** In system calls, beyond what the kernel accounts to them, ns. */
  unaccountedNs: number;
}

export function unexplainedDetails(
  slices: readonly Slice[],
  { betweenNs, unaccountedNs }: Remainder,
  { notRuledOut }: Scene,
): UnexplainedDetails {
  const of = (why: Unexplained): number => sumNs(slices.filter((slice) => slice.why === why));
  const idleNs = of('idle');
  const runnerNs = of('runner');
  return {
    betweenNs,
    ...(idleNs === 0 ? {} : { idleWhileRunnableNs: idleNs }),
    ...(runnerNs === 0 ? {} : { unknownRunnerNs: runnerNs }),
    ...(unaccountedNs === 0 ? {} : { unaccountedNs }),
    notRuledOut,
  };
}
