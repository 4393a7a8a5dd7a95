import type { SpikeCorrection } from '../types/correction.js';

/** Name and version of the form that {@link correctionToJson} gives. */
export const CORRECTION_SCHEMA = 'hftmon.correction/1';

/** A correction as one JSON object; times in ns. */
export interface CorrectionJson extends Pick<SpikeCorrection, 'timestampNs' | 'durationNs'> {
  readonly schema: typeof CORRECTION_SCHEMA;
  readonly type: 'correction';
  /** Ids of spikes; absent when there are none. */
  readonly incomplete?: readonly number[];
  /** Absent when there are none. */
  readonly spans?: SpikeCorrection['spans'];
}

/** The JSON of a correction, the same for every output. */
export function correctionToJson(correction: SpikeCorrection): CorrectionJson {
  const { timestampNs, durationNs, incomplete, spans } = correction;
  return {
    schema: CORRECTION_SCHEMA,
    type: 'correction',
    timestampNs,
    durationNs,
    ...(incomplete.length === 0 ? {} : { incomplete }),
    ...(spans.length === 0 ? {} : { spans }),
  };
}
