import { count, spread, table } from './format.mjs';

/** What the monitoring process itself costs. */
export function monitorSection(monitor) {
  if (monitor === undefined) return '';
  const rows = [
    ['attach to first record delivered, ms', spread(monitor.firstRecordMs, 0)],
    ['resident memory, MB', spread(monitor.rssMb, 0)],
    ['resident memory with the history ring full, MB', spread(monitor.rssRingFullMb, 0)],
    ['CPU of the whole process, % of one', spread(monitor.cpuPercent, 2)],
    ['of that the pump thread, %', spread(monitor.pumpPercent, 2)],
  ];
  return `## The monitor's own cost (P10)

A process with a session that takes every kernel kind and keeps one histogram, default interval delivery, ${count(monitor.eventsPerSecond.median)} records a second
for ${monitor.seconds} s, ${monitor.runs} runs; ${count(monitor.dropped)} records dropped.

${table(['', 'median (quartiles)'], rows)}`;
}
