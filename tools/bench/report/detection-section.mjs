import { count, fixed, table } from './format.mjs';

/** From the end of a spike to who is told of it. */
export function detectionSection(detection) {
  if (detection === undefined) return '';
  const { burstUs, thresholdUs, uncounted, rounds, results, skipped } = detection;
  const rows = results.map(({ id, name, us, caused, found, receiptUs }) => [
    id === undefined ? name : `**${name}**`,
    ...cells(us),
    `${count(found)} / ${count(caused)}`,
    receiptUs === undefined ? '' : `${fixed(receiptUs.p50, 1)} / ${fixed(receiptUs.p99, 1)}`,
  ]);
  const lines = results.filter(({ shown }) => shown).map(({ shown }) => `- \`${shown}\``);
  const missing = skipped.map(({ name, reason }) => `Skipped: ${name} (${reason}).`).join('\n');
  return `## From the end of a spike to the listener (P8)

A real-time thread takes the CPU of a busy-polling target for ${burstUs} µs again and again; spikes from ${thresholdUs} µs on are asked for. Counted is from the
kernel's time of the target's return to a reading of CLOCK_MONOTONIC, by hftmon's listener of verdicts, or by the reader of a
tool's line at the other end of a pipe. runqslower tells no such time: there it is from the end of the disturbance, as its maker
read it just before. All tools on the housekeeping CPUs, ${rounds} rounds, each mode a fresh process in each; the first
${count(uncounted)} disturbances of each are not counted.

${table(['told by', 'p50, µs', 'p99, µs', 'longest, µs', 'told / caused', 'then the receipt, p50 / p99, µs'], rows)}

${lines.join('\n')}
${missing && `\n${missing}\n`}`;
}

function cells(us) {
  if (us === undefined) return ['', '', ''];
  return [fixed(us.p50, 1), fixed(us.p99, 1), fixed(us.max, 1)];
}

/** P8 of the design. */
export function detectionTargets(detection) {
  const busy = detection?.results.find(({ id }) => id === 'busy');
  if (busy?.us === undefined) return [];
  const { us, found } = busy;
  const row = (what, value, most) => [
    'P8',
    `spike end to listener, busy delivery, ${what} of ${count(found)}`,
    `≤ ${most} µs`,
    `${fixed(value, 1)} µs`,
    value <= most,
  ];
  return [row('p50', us.p50, 3), row('p99', us.p99, 10)];
}
