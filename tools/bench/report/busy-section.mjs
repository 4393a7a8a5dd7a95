import { fixed, spread, table } from './format.mjs';

const percent = ({ median, q1, q3 }) => {
  const times100 = { median: median * 100, q1: q1 * 100, q3: q3 * 100 };
  return spread(times100, 2);
};

/** What a busy-polling thread keeps of its throughput. */
export function busySection(busy) {
  if (busy === undefined) return '';
  const rows = busy.results.map(({ name, share }) => [name, percent(share)]);
  return `## A target that polls all the time (P3)

Readings of the clock by a thread that does nothing else, pinned to its CPU, with \`HFTResourceMonitor\` at its defaults: windows of
${fixed(busy.windowMs / 1000, 0)} s, each compared with those alone before and after it, ${busy.rounds} rounds. On a host without a PMU the cache collector samples
addresses by the CPU clock; each sample interrupts the target.

${table(['attached', '% of the throughput alone, median (quartiles)'], rows)}`;
}

/** P3 of the design. */
export function busyTargets(busy) {
  const all = busy?.results.find(({ id }) => id === 'all');
  if (all === undefined) return [];
  const { median } = all.share;
  const measured = `${fixed(median * 100, 2)} %`;
  return [['P3', 'throughput, all collectors', '≥ 99.5 %', measured, median >= 0.995]];
}
