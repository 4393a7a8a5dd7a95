import type { SpikeCorrection } from '../types/correction.js';

/** Name and version of the form that {@link correctionToJson} gives. */
export const CORRECTION_SCHEMA = 'hftmon.correction/1';

/** A correction as one JSON object; times in ns. */
export type CorrectionJson = {
  readonly schema: typeof CORRECTION_SCHEMA;
  readonly type: 'correction';
} & Omit<SpikeCorrection, 'timestamp'>;

/** The JSON of a correction, the same for every output. */
export function correctionToJson(correction: SpikeCorrection): CorrectionJson {
  const { timestampNs, durationNs, incomplete } = correction;
  return { schema: CORRECTION_SCHEMA, type: 'correction', timestampNs, durationNs, incomplete };
}
