import { ENOUGH_RUNS } from '../cost/probe-cost.mjs';
import { busyTargets } from './busy-section.mjs';
import { detectionTargets } from './detection-section.mjs';
import { markerTargets } from './markers-section.mjs';
import { noiseTargets } from './noise-section.mjs';
import { fixed, table } from './format.mjs';

/** Every target of the design that the run measured, reached or not. */
export function targetsSection(results) {
  const rows = [
    ...slowdownTargets(results.slowdown?.find(({ via }) => via === 'pipe')),
    ...slowdownTargets(results.slowdown?.find(({ via }) => via === 'futex')),
    ...busyTargets(results.busy),
    ...detectionTargets(results.detection),
    ...probeTargets(results.probes),
    ...ringTargets(results),
    ...monitorTargets(results.monitor),
    ...noiseTargets(results.noise),
    ...markerTargets(results.markers),
  ];
  const cells = rows.map(([id, what, target, measured, reached]) => [
    id,
    what,
    target,
    measured,
    reached ? 'yes' : '**no**',
  ]);
  return `## Targets\n\n${table(['#', 'what', 'target', 'measured', 'reached'], cells)}`;
}

function slowdownTargets(measurement) {
  if (measurement === undefined) return [];
  const { via, results } = measurement;
  const every = results.find(({ id }) => id === 'every');
  const filtered = results.find(({ id }) => id === 'filtered');
  const peers = results.filter(({ tool }) => tool === 'peer');
  const better = peers.filter(({ ratio }) => ratio.median <= every.ratio.median);
  const best = [...peers].sort((a, b) => a.ratio.median - b.ratio.median)[0];
  const row = (id, what, mode, most) => [
    id,
    `${what} (${via})`,
    `≤ ${most}`,
    fixed(mode.ratio.median, 3),
    mode.ratio.median <= most,
  ];
  const exact = (mode) => mode.exactRounds === mode.runs;
  const rounds = (mode) =>
    `${mode.exactRounds} of ${mode.runs} (${mode.lost} lost, ${mode.unseen} unseen)`;
  return [
    row('P1', 'slow-down, every switch recorded', every, 1.08),
    [
      'P1',
      `lower than every peer (${via})`,
      `${peers.length} peers`,
      peers.length === 0
        ? 'no peer'
        : better.length > 0
          ? `not lower than ${better.map(({ name }) => name).join(', ')}`
          : `best peer ${best.name} ${fixed(best.ratio.median, 3)}`,
      peers.length > 0 && better.length === 0,
    ],
    row('P2', 'slow-down, minimum duration 10 µs', filtered, 1.04),
    [
      'T1',
      `no switch lost (${via})`,
      'every round exact',
      `${rounds(every)}; filtered ${rounds(filtered)}`,
      exact(every) && exact(filtered),
    ],
  ];
}

function probeTargets(probes) {
  if (probes === undefined) return [];
  const enough = probes.programs.filter(({ runs }) => runs >= ENOUGH_RUNS);
  const over = enough.filter(({ meanNs }) => meanNs > 150);
  const [worst] = enough;
  const few = probes.programs.length - enough.length;
  const slowest = `\`${worst.name}\` ${fixed(worst.meanNs, 0)} ns`;
  return [
    [
      'P4',
      `mean of every program${few > 0 ? ` (${few} ran too seldom to count)` : ''}`,
      '≤ 150 ns',
      over.length === 0
        ? `slowest ${slowest}`
        : `${over.length} of ${enough.length} over it, slowest ${slowest}`,
      over.length === 0,
    ],
  ];
}

function ringTargets({ ring, allocation, query }) {
  const rows = [];
  const way = (id) => ring.ways.find((each) => each.id === id);
  if (ring !== undefined) {
    const rate = (id, what, least) => {
      const { rate: measured, exact } = way(id);
      const value = `${fixed(measured.median, 1)} M/s${exact ? '' : ', some lost'}`;
      rows.push(['P5', what, `≥ ${least} M/s`, value, measured.median >= least && exact]);
    };
    rate('one', 'records to one consumer, none lost', 25);
    rate('two', 'records to each of two consumers, none lost', 15);
  }
  if (allocation !== undefined) {
    const { collections, records, heapGrowth } = allocation;
    const value = `${collections} collections, ${fixed(heapGrowth / records, 6)} bytes per record`;
    rows.push([
      'P6',
      `collections in ${fixed(records / 1e6, 0)} M records`,
      '0 (100 M records)',
      value,
      collections === 0,
    ]);
  }
  if (query !== undefined) {
    rows.push([
      'P9',
      'query of 1 M records',
      '≤ 30 ms',
      `${fixed(query.p50, 1)} ms`,
      query.p50 <= 30,
    ]);
  }
  return rows;
}

function monitorTargets(monitor) {
  if (monitor === undefined) return [];
  const row = (what, most, unit, { median }, digits) => [
    'P10',
    what,
    `≤ ${most} ${unit}`,
    `${fixed(median, digits)} ${unit}`,
    median <= most,
  ];
  const { firstRecordMs, rssRingFullMb, cpuPercent, eventsPerSecond } = monitor;
  const rate = `${fixed(eventsPerSecond.median / 1000, 1)} k records/s`;
  return [
    row('attach to first record', 150, 'ms', firstRecordMs, 0),
    row('resident memory, ring full', 120, 'MB', rssRingFullMb, 0),
    row(`own CPU at ${rate}, interval delivery`, 1, '%', cpuPercent, 2),
  ];
}
