import { count, fixed, spread, table } from './format.mjs';

/** Throughput of the ring, its allocation, and queries over it. */
export function ringSection({ ring, allocation, query }) {
  return [throughput(ring), allocated(allocation), queries(query)].filter(Boolean).join('\n\n');
}

function throughput(ring) {
  if (ring === undefined) return '';
  const rows = ring.ways.map(({ name, rate, exact }) => [
    name,
    spread(rate, 1),
    `${fixed(rate.min, 1)}–${fixed(rate.max, 1)}`,
    exact ? 'none' : '**some**',
  ]);
  const crowded = ring.crowded
    ? '\n\nTwo consumers and the writer are three busy threads; this machine has fewer CPUs, so they take turns.'
    : '';
  return `## Records through the ring (P5)

A native thread fills the ring with the library's own code and waits whenever a reader would lose a record; each consumer
reads through \`BroadcastCursor\` and updates a \`LogLinearHistogram\` with every record. ${ring.millions} M records in a fresh process,
${ring.rounds} runs, the first quarter not timed. Nothing lost means: every duration that was written is in the histogram's sum.

${table(['way', 'M records/s each: median (quartiles)', 'range', 'lost'], rows)}${crowded}`;
}

function allocated(allocation) {
  if (allocation === undefined) return '';
  const { records, collections, heapGrowth, warmUpCollections } = allocation;
  return `## Allocation in the hot path (P6)

${count(records)} records through cursor and histogram: ${collections} garbage collections, and the heap grew by ${count(heapGrowth)} bytes,
which is ${fixed(heapGrowth / records, 6)} bytes per record. (Before that, while V8 compiled the loop: ${warmUpCollections} collections.)`;
}

function queries(query) {
  if (query === undefined) return '';
  return `## Queries over the history (P9)

"Context switches over 10 µs, with percentiles" over a ring of ${count(query.visited)} records, of which ${count(query.found)} match, ${query.times} times:
p50 ${fixed(query.p50, 1)} ms, p90 ${fixed(query.p90, 1)} ms, p99 ${fixed(query.p99, 1)} ms, max ${fixed(query.max, 1)} ms; the very first, before any compilation, ${fixed(query.first, 1)} ms.`;
}
