import { INSTALL_COMMAND } from '../peer-packages.mjs';
import { busySection } from './busy-section.mjs';
import { detectionSection } from './detection-section.mjs';
import { markersSection } from './markers-section.mjs';
import { monitorSection } from './monitor-section.mjs';
import { noiseSection } from './noise-section.mjs';
import { probesSection } from './probes-section.mjs';
import { ringSection } from './ring-section.mjs';
import { slowdownSection } from './slowdown-section.mjs';
import { table } from './format.mjs';
import { targetsSection } from './targets.mjs';

/** docs/benchmarks.md of a run. */
export function renderReport({ machine, peers, cpus, options, results, failures, seconds }) {
  const sections = [
    intro(options),
    machineSection(machine, peers, cpus, seconds),
    failureLines(failures),
    targetsSection(results),
    slowdownSection(results.slowdown),
    busySection(results.busy),
    detectionSection(results.detection),
    probesSection(results.probes),
    ringSection(results),
    monitorSection(results.monitor),
    noiseSection(results.noise),
    markersSection(results.markers),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function intro({ quick }) {
  const warning = quick
    ? '\n\n**A quick run: too few and too short rounds for figures that mean anything.**'
    : '';
  return `# Benchmarks

Written by \`npm run bench\` from a run; not edited by hand. Figures of different runs or machines can't be compared with each other:
what counts are ratios measured side by side in one run. The peers come from Debian's packages: \`${INSTALL_COMMAND}\`
(\`npm run bench -- --install\` does it as root). A peer that is missing is left out, with the reason.${warning}`;
}

function machineSection(machine, peers, { target, housekeeping }, seconds) {
  const versions = peers.map(({ name, version }) => `${name} ${version ?? 'not installed'}`);
  const rows = [
    ['date', machine.date],
    ['CPU', machine.cpu],
    ['memory', machine.memory],
    ['kernel', machine.kernel],
    ['distribution', machine.distribution],
    ['CPU frequency governor', machine.governor],
    ['Node', machine.node],
    ['peers', versions.join(', ')],
    ['load average at the start', machine.load],
    ['CPUs', `target on ${target}; hftmon, peers and the benchmark on ${housekeeping.join(',')}`],
    ['duration', `${seconds} s`],
  ];
  return `## Machine\n\n${table(['', ''], rows)}`;
}

function failureLines(failures) {
  return failures.map(({ section, reason }) => `Not measured: ${section}: ${reason}`).join('\n\n');
}
