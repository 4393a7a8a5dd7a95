import type { LatencySpike } from '../types/spike.js';

/** Name and version of the form that {@link spikeToJson} gives. */
export const SPIKE_SCHEMA = 'hftmon.spike/1';

/** A spike as one JSON object; times in ns but `durationUs`. */
export interface SpikeJson {
  readonly schema: typeof SPIKE_SCHEMA;
  readonly type: 'spike';
  readonly id: number;
  readonly timestampNs: number;
  /** CLOCK_MONOTONIC ns of its start. */
  readonly monotonicNs: number;
  readonly durationUs: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly cpu: number;
  readonly cause: LatencySpike['cause'];
  readonly causeClass: LatencySpike['causeClass'];
  readonly details: LatencySpike['details'];
  readonly receipt: LatencySpike['receipt'];
  readonly supersedes?: readonly number[];
  readonly incomplete?: true;
  readonly truncated?: true;
  readonly estimated?: true;
}

/** The JSON of a spike, the same for every output. */
export function spikeToJson(spike: LatencySpike): SpikeJson {
  const { id, timestampNs, monotonicNs, durationUs, pid, tid, comm, cpu } = spike;
  const { cause, causeClass, details, receipt, supersedes } = spike;
  const { incomplete, truncated, estimated } = spike;
  return {
    schema: SPIKE_SCHEMA,
    type: 'spike',
    id,
    timestampNs,
    monotonicNs,
    durationUs,
    pid,
    tid,
    comm,
    cpu,
    cause,
    causeClass,
    details,
    receipt,
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(incomplete === undefined ? {} : { incomplete }),
    ...(truncated === undefined ? {} : { truncated }),
    ...(estimated === undefined ? {} : { estimated }),
  };
}
