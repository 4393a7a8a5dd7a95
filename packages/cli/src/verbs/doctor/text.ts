import type { Style } from '../../io/style.js';
import type { CollectorFinding, DoctorReport, Finding, Status } from './report.js';

/** The report for people. */
export function doctorText(report: DoctorReport, style: Style): string[] {
  const { host } = report;
  const lines = [
    style.bold(
      `hftmon on Linux ${host.kernel ?? '(unknown)'}, ${host.arch}, ${host.cpus} CPUs, Node ${host.node}`,
    ),
    '',
    style.bold('Host'),
  ];
  for (const check of report.checks) {
    lines.push(`  ${mark(check.status, style)}  ${check.name}: ${check.purpose}`);
    lines.push(...explain(check, '             ', style));
  }
  for (const collector of report.collectors) {
    const source =
      collector.source === undefined ? '' : ` (${collector.tier}: ${collector.source})`;
    lines.push('', style.bold(`Collector ${collector.name}`) + ` – ${collector.summary}${source}`);
    lines.push(...metricLines(collector, style), ...explain(collector, '  ', style));
  }
  return [...lines, ...causeLines(report, style), '', verdict(report, style)];
}

function causeLines({ causes }: DoctorReport, style: Style): string[] {
  if (causes.length === 0) return [];
  const observed = causes.filter(({ status }) => status === 'available');
  return [
    '',
    style.bold('Causes that receipts of spikes can name'),
    `  ${mark('available', style)}  ${observed.map(({ name }) => name).join(', ')}`,
    ...causes
      .filter(({ status }) => status === 'absent')
      .map(({ name, status, reason }) => `  ${mark(status, style)}  ${name} – ${reason}`),
  ];
}

/** Neighbours that are missing for the same reason share its lines. */
function metricLines({ metrics, status, reason }: CollectorFinding, style: Style): string[] {
  return metrics.flatMap((metric, i) => {
    const line = `  ${mark(metric.status, style)}  ${metric.name} – ${metric.help}`;
    const next = metrics[i + 1];
    const isShared = next?.reason === metric.reason && next?.remedy === metric.remedy;
    const isOfAll = metric.status === status && metric.reason === reason;
    return isShared || isOfAll ? [line] : [line, ...explain(metric, '             ', style)];
  });
}

const MARKS: Readonly<Record<Status, string>> = {
  available: 'available',
  degraded: 'degraded ',
  absent: 'absent   ',
};

function mark(status: Status, style: Style): string {
  const text = MARKS[status];
  if (status === 'available') return style.good(text);
  return status === 'degraded' ? style.warning(text) : style.bad(text);
}

function explain({ reason, remedy }: Finding, indent: string, style: Style): string[] {
  const lines: string[] = [];
  if (reason !== undefined) lines.push(`${indent}why: ${reason}`);
  if (remedy !== undefined) lines.push(`${indent}fix: ${style.bold(remedy)}`);
  return lines;
}

function verdict({ status }: DoctorReport, style: Style): string {
  if (status === 'available') return style.good('Everything works on this host.');
  if (status === 'degraded')
    return style.warning('It works, with less than it could do; see above.');
  return style.bad('Something does not work on this host; see above for why and the fix.');
}
