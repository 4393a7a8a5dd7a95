import { messageOf, refusalOf, type Refusal, type Support } from '@hftmon/core';
import { isMonitorError, type HFTResourceMonitor } from '@hftmon/monitor';
import type { Answers } from './collector-findings.js';
import type { HostCheck } from './report.js';

/**
 * Loads and attaches all probes for a moment, and watches this very process: what no look at the
 * host can promise.
 * @returns why that failed; `undefined` when it worked
 */
export function liveFailure(monitor: HFTResourceMonitor): Refusal | undefined {
  try {
    monitor.attachProcess(process.pid);
    monitor.startMonitoring();
    monitor.stopMonitoring();
    return undefined;
  } catch (error) {
    if (!isMonitorError(error)) {
      const remedy = 'report it with the kernel version (uname -r)';
      return { ok: false, code: 'HFTMON_E_INTERNAL', reason: messageOf(error), remedy };
    }
    return refusalOf(error);
  }
}

/** The checks of the host with that of the live test: BPF that does not load is no BPF. */
export function withLiveCheck(
  checks: readonly HostCheck[],
  failure: Refusal | undefined,
): HostCheck[] {
  const check = { name: 'live test', purpose: 'monitoring starts, with all that this host allows' };
  if (failure === undefined) return [...checks, { ...check, status: 'available' }];
  const { reason, remedy } = failure;
  const absent = { status: 'absent', reason, remedy } as const;
  const known = checks.map((other) =>
    other.name === 'BPF' && other.status !== 'absent' ? { ...other, ...absent } : other,
  );
  return [...known, { ...check, ...absent }];
}

/**
 * What collectors can do. One that stands on BPF has it loaded with the session's start; the rest
 * need no more than that a session starts, so a failure concerns all of them.
 */
function withLiveFailure(
  support: ReadonlyMap<string, Support>,
  failure: Refusal,
): ReadonlyMap<string, Support> {
  return new Map([...support].map(([name, answer]) => [name, answer.ok ? failure : answer]));
}

/** What became of the collectors in the live test, else what their probes say. */
export function collectorAnswers(
  monitor: HFTResourceMonitor,
  failure: Refusal | undefined,
): Answers {
  if (failure !== undefined) {
    return { support: withLiveFailure(monitor.probe(), failure), metrics: new Map() };
  }
  const reports = monitor.getCollectorReports();
  if (reports.length === 0) return { support: monitor.probe(), metrics: monitor.probeMetrics() };
  return {
    support: new Map(reports.map(({ name, support }) => [name, support])),
    metrics: new Map(reports.map(({ name, sources }) => [name, sources])),
  };
}
