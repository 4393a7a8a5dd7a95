import { fixed, spread, table, count } from './format.mjs';

/** Slow-down of the ping-pong, one table per way to hand the turn over. */
export function slowdownSection(measurements) {
  if (measurements === undefined) return '';
  return `## Slow-down of the target (P1, P2)

Two threads on one CPU that do nothing but switch to each other: the target that feels a probe in the context switch the most.
Each run is a fresh process; a round goes alone, mode, alone, mode, …, and each mode is compared with the mean of the alone runs
right before and after it. Every tool was attached and had settled before the target began. "nothing" is the method's own noise.
For hftmon a round counts as exact when every switch in \`/proc/PID/task/TID/status\` was seen, and each is there as a record or
was filtered in the kernel; "lost" were seen and could not be kept, of "unseen" ones the kernel's tracepoint never told.

${measurements.map(oneTable).join('\n\n')}

${commands(measurements[0])}`;
}

function oneTable({ via, hops, rounds, alone, results, skipped }) {
  const rows = results.map((mode) => [
    mode.tool === 'hftmon' ? `**${mode.name}**` : mode.name,
    spread(mode.ratio, 3),
    fixed(mode.nsPerHop.median, 0),
    saw(mode),
  ]);
  const missing = skipped.map(({ name, reason }) => `Skipped: ${name} (${reason}).`).join('\n');
  return `### Over a ${via}

${count(hops)} hops, ${rounds} rounds; alone ${spread(alone, 0)} ns per hop.

${table(['attached', 'slow-down: median (quartiles)', 'ns per hop', 'events it counted / switches'], rows)}
${missing && `\n${missing}\n`}`;
}

function saw({ tool, events, switches, filtered, lost, unseen, exactRounds, runs }) {
  if (tool === 'control') return '';
  if (tool === 'hftmon') {
    const kept = filtered > 0 ? `${count(events)} + ${count(filtered)} filtered` : count(events);
    return `${kept} / ${count(switches)}; ${lost} lost, ${unseen} unseen, ${exactRounds} of ${runs} rounds exact`;
  }
  if (events === undefined) return 'prints no total';
  return `${count(events)} / ${count(switches)} (${fixed((100 * events) / switches, 1)} %)`;
}

function commands({ results }) {
  const lines = results.filter(({ shown }) => shown).map(({ shown }) => `- \`${shown}\``);
  return `The peers' commands:\n\n${lines.join('\n')}`;
}
