import { availableParallelism } from 'node:os';
import { createProbeEnvironment, HFTResourceMonitor, installedCollectors } from '@hftmon/monitor';
import { formatOf, type OutputOptions, type RootOptions } from '../../args/run-options.js';
import { definedOnly } from '../../args/defined-only.js';
import { ExitCode } from '../../exit-codes.js';
import { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import { causeFindings } from './cause-findings.js';
import { collectorFindings } from './collector-findings.js';
import { hostChecks } from './host-checks.js';
import { collectorAnswers, liveFailure, withLiveCheck } from './live-check.js';
import { worst, type DoctorReport } from './report.js';
import { doctorText } from './text.js';

export interface DoctorOptions extends OutputOptions, RootOptions {
  readonly collectors?: readonly string[];
}

/** `hftmon doctor`: exit code 3 when something is absent. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const format = formatOf(options);
  const report = examine(options);
  const output = new Output(options.output);
  if (format === 'json') output.line(JSON.stringify(report, undefined, 2));
  else if (format === 'jsonl') output.line(JSON.stringify(report));
  else for (const line of doctorText(report, styleFor(output.isTerminal))) output.line(line);
  await output.close();
  return report.status === 'absent' ? ExitCode.NotPossible : ExitCode.Ok;
}

function examine({ procRoot, sysRoot, collectors }: DoctorOptions): DoctorReport {
  const environment = createProbeEnvironment(definedOnly({ procRoot, sysRoot }));
  using monitor = new HFTResourceMonitor({
    environment,
    collectors: installedCollectors(collectors),
  });
  // A captured /proc or /sys says nothing about what the running kernel would load.
  const isThisHost = procRoot === undefined && sysRoot === undefined;
  return reportOf(monitor, isThisHost);
}

/** @param live - start monitoring for a moment as well, to see whether it does */
export function reportOf(monitor: HFTResourceMonitor, live: boolean): DoctorReport {
  const { environment } = monitor;
  const failure = live ? liveFailure(monitor) : undefined;
  const host = hostChecks(environment);
  const checks = live ? withLiveCheck(host, failure) : host;
  const answers = collectorAnswers(monitor, failure);
  const findings = collectorFindings(monitor.collectors(), answers, environment);
  return {
    schema: 'hftmon.doctor/1',
    type: 'doctor',
    status: worst([...checks, ...findings]),
    host: {
      kernel: environment.kernelRelease ?? null,
      arch: process.arch,
      node: process.version,
      cpus: availableParallelism(),
    },
    checks,
    collectors: findings,
    causes: findings.some(({ name, status }) => name === 'latency' && status !== 'absent')
      ? causeFindings(monitor.notObservedCauses())
      : [],
  };
}
