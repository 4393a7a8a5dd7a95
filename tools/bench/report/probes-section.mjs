import { ENOUGH_RUNS } from '../cost/probe-cost.mjs';
import { count, fixed, table } from './format.mjs';

/** Time of each BPF program in the kernel. */
export function probesSection(probes) {
  if (probes === undefined) return '';
  const { empty, programs } = probes;
  const overhead =
    empty.meanNs === undefined
      ? `An empty program could not be measured beside them (${empty.reason}).`
      : `An empty program (bpftrace, \`tracepoint:sched:sched_switch { }\`) takes ${fixed(empty.meanNs, 0)} ns by the same ` +
        `stopwatch (${count(empty.runs)} runs): that much of each figure is the measurement.`;
  const rows = programs.map(({ name, runs, meanNs }) => [
    `\`${name}\`${runs < ENOUGH_RUNS ? ' (few runs)' : ''}`,
    count(runs),
    fixed(meanNs, 0),
    empty.meanNs === undefined ? '' : fixed(Math.max(0, meanNs - empty.meanNs), 0),
  ]);
  return `## Cost of each probe (P4)

Mean run time of every BPF program by \`kernel.bpf_stats_enabled\`, with all of them attached at once, in a phase of its own:
the stopwatch itself would slow the target down. ${overhead}

${table(['program', 'runs', 'mean ns', 'above the empty program'], rows)}`;
}
