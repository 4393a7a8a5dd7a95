import { count, fixed, spread, table } from './format.mjs';

const MOST_NS = 50;

/** What marks of an application cost, and whether they arrive; what spans by uprobes cost. */
export function markersSection(markers) {
  if (markers === undefined) return '';
  const { rounds, clock, c, node, rate, marks, lost, lostByDefault, exact, probes } = markers;
  const ns = (of) => [spread(of, 0), `${fixed(of.min, 0)}–${fixed(of.max, 0)}`];
  const probed = [
    ['a function, from entry to return, ns', ...ns(probes.function)],
    ['from one static probe (USDT) to another, ns', ...ns(probes.static)],
  ];
  const rows = [
    ['a mark in C, ns', spread(c, 1), `${fixed(c.min, 1)}–${fixed(c.max, 1)}`],
    ['a mark from JavaScript, ns', spread(node, 0), `${fixed(node.min, 0)}–${fixed(node.max, 0)}`],
    ['M marks/s while read', spread(rate, 1), `${fixed(rate.min, 1)}–${fixed(rate.max, 1)}`],
  ];
  return `## Marks of an application

\`hftmon_marker.h\` and \`@hftmon/marker\`, clock \`${clock}\`; a mark is one of a beginning and an end, the best of some runs in each round. Then one
thread makes ${count(marks)} marks, 10 million in a second, and the monitor, whose pump has a real-time priority, reads them: the spans reach JavaScript and its
histogram. ${rounds} rounds.

${table(['', 'median (quartiles)', 'range'], rows)}

Lost, by round: ${list(lost)}. With the default ring of the writer, and a pump of no priority that shares its CPUs with all others: ${list(lostByDefault)}.
${exact ? 'All marks were read or are counted as lost.' : '**Marks are missing.**'}

Where the program can't be changed, what a span by uprobes adds to its thread: runs with the probe beside runs without, before and after.

${table(['', 'median (quartiles)', 'range'], probed)}`;
}

function list(counts) {
  return counts.map((n) => count(n)).join(', ');
}

/** What the design demands of marks. */
export function markerTargets(markers) {
  if (markers === undefined) return [];
  const { c, rate, lost, exact } = markers;
  const total = lost.reduce((sum, n) => sum + n, 0);
  return [
    ['M1', 'a mark in C', `≤ ${MOST_NS} ns`, `${fixed(c.median, 1)} ns`, c.median <= MOST_NS],
    [
      'M2',
      'marks of one thread read, each or its loss counted',
      '10 M/s',
      `${fixed(rate.median, 1)} M/s, ${count(total)} lost${exact ? '' : ', not all counted'}`,
      rate.median >= 9.95 && exact,
    ],
  ];
}
