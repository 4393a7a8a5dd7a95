import { count, fixed, table } from './format.mjs';

const us = (ns) => fixed(ns / 1000, 2);
const percent = (share) => `${fixed(share * 100, 4)} %`;

/** How punctual the noise probe is, and what it finds beside oslat. */
export function noiseSection(noise) {
  if (noise === undefined) return '';
  const { slots, finders, rounds, seconds, cpu, missing } = noise;
  const lateness = slots.percentiles.map(({ percent, ns }) => [`p${percent}`, us(ns)]);
  const rows = finders.map(({ name, readingsHz, over1usHz, over10usHz, longestNs }) => [
    name,
    fixed(readingsHz / 1e6, 1),
    fixed(over1usHz, 1),
    fixed(over10usHz, 1),
    us(longestNs),
  ]);
  const peer = missing === undefined ? '' : `\n\nNot measured: ${missing}.`;
  return `## The noise probe (P7)

On CPU ${cpu}, ${rounds} rounds of ${seconds} s each, one after the other by turns. A slot is due every microsecond; ${count(slots.due)} were, of which
${count(slots.sampled)} were sampled. One that comes due before an earlier one was sampled is missed: whatever takes the CPU for long makes
one late sample and many missed slots.

${table(
  ['lateness', 'µs'],
  [
    ...lateness,
    ['latest', us(slots.latestNs)],
    ['within 1 µs, of the samples', percent(slots.onTimeOfSamples)],
    ['within 1 µs, of the slots', percent(slots.onTimeOfSlots)],
  ],
)}

Times between two readings of the clock:

${table(['', 'M readings/s', 'over 1 µs, per s', 'over 10 µs, per s', 'longest, µs'], rows)}${peer}`;
}

/** P7 of the design. A gap makes one sample late: what oslat finds on the same CPU bounds the share. */
export function noiseTargets(noise) {
  if (noise === undefined) return [];
  const { slots, finders, rounds, seconds } = noise;
  const share = slots.onTimeOfSamples;
  const what = `samples at 1 MHz within 1 µs of their slot, ${rounds * seconds} s`;
  const oslat = finders.find(({ name }) => name === 'oslat');
  const beside =
    oslat === undefined
      ? ''
      : ` (oslat by turns: ${count(Math.round(oslat.over1usHz))} gaps over 1 µs per s; 1,000 are 0.1 %)`;
  return [['P7', what, '≥ 99.9 %', `${percent(share)}${beside}`, share >= 0.999]];
}
