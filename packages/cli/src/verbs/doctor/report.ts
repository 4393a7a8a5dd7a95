import type { Cause, CauseClass } from '@hftmon/monitor';

/** How well something works here. */
export type Status = 'available' | 'degraded' | 'absent';

/** A status, and what stands behind it. */
export interface Finding {
  readonly status: Status;
  /** Why it is not plainly available. */
  readonly reason?: string;
  /** What to do about it; a command where there is one. */
  readonly remedy?: string;
}

/** One thing about the host that hftmon needs or makes use of. */
export interface HostCheck extends Finding {
  readonly name: string;
  /** What it is good for. */
  readonly purpose: string;
}

export interface MetricFinding extends Finding {
  readonly name: string;
  readonly unit: string;
  readonly type: string;
  readonly help: string;
  readonly tier?: string;
  readonly source?: string;
}

export interface CollectorFinding extends Finding {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Code of the error that using it would be. */
  readonly code?: string;
  readonly tier?: string;
  readonly source?: string;
  readonly metrics: readonly MetricFinding[];
}

/** Whether receipts can name a cause. */
export interface CauseFinding extends Finding {
  readonly name: Cause;
  readonly causeClass: CauseClass;
}

/** What `hftmon doctor --json` prints. */
export interface DoctorReport {
  readonly schema: 'hftmon.doctor/1';
  readonly type: 'doctor';
  readonly status: Status;
  readonly host: {
    readonly kernel: string | null;
    readonly arch: string;
    readonly node: string;
    readonly cpus: number;
  };
  readonly checks: readonly HostCheck[];
  readonly collectors: readonly CollectorFinding[];
  /** What receipts of spikes can name; empty where that collector is absent. */
  readonly causes: readonly CauseFinding[];
}

/** The worst of them. */
export function worst(findings: readonly Finding[]): Status {
  const statuses = findings.map(({ status }) => status);
  if (statuses.includes('absent')) return 'absent';
  return statuses.includes('degraded') ? 'degraded' : 'available';
}
