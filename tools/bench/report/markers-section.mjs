import { count, fixed, spread, table } from './format.mjs';

/** What marks of an application cost, and whether they arrive. */
export function markersSection(markers) {
  if (markers === undefined) return '';
  const { rounds, clock, c, node, rate, marks, lost, exact } = markers;
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

Lost, by round: ${lost.map((n) => count(n)).join(', ')}. ${exact ? 'All marks were read or are counted as lost.' : '**Marks are missing.**'}`;
}
