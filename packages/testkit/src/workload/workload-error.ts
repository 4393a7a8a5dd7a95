/** A workload could not start, or ended before its report. */
export class WorkloadError extends Error {
  override readonly name = 'WorkloadError';

  constructor(
    /** Name of the workload. */
    readonly workload: string,
    message: string,
  ) {
    super(`workload ${workload}: ${message}`);
  }
}
