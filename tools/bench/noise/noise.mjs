import { fileURLToPath } from 'node:url';
import { LogLinearHistogram } from '@hftmon/core';
import { runChild } from '../run-child.mjs';
import { oslatMissing, runOslat } from './oslat.mjs';

const PROBE = fileURLToPath(new URL('probe-process.mjs', import.meta.url));
const PERCENTS = [50, 99, 99.9, 99.99, 99.999];

/**
 * The noise probe at 1 MHz and reading without pause, and oslat, by turns on the same CPU: what
 * the host does in one turn it is likely to do in the next.
 */
export async function measureNoise({ rounds, seconds, cpus, log }) {
  const missing = oslatMissing();
  const periodic = [];
  const continuous = [];
  const oslat = [];
  for (let round = 1; round <= rounds; round++) {
    log(`noise, round ${round} of ${rounds}`);
    periodic.push(await probe({ cpus, seconds, intervalNs: 1000 }));
    continuous.push(await probe({ cpus, seconds, intervalNs: 0 }));
    if (missing !== undefined) continue;
    const { target: cpu, housekeeping } = cpus;
    oslat.push(runOslat({ cpu, seconds, housekeeping }));
  }
  return {
    rounds,
    seconds,
    cpu: cpus.target,
    slots: slotsOf(periodic),
    finders: [
      finder('hftmon, 1 MHz', periodic.map(found)),
      finder('hftmon, without pause', continuous.map(found)),
      ...(oslat.length === 0 ? [] : [finder('oslat', oslat)]),
    ],
    missing,
  };
}

async function probe({ cpus, seconds, intervalNs }) {
  const args = [cpus.target, seconds, intervalNs];
  // The probe moves itself to its CPU; all the rest of it stays away from there.
  return (await runChild(PROBE, args, cpus.housekeeping)).result;
}

const found = ({ durationNs, readings, gaps, over10us, longestGapNs }) => ({
  durationNs,
  readings,
  over1us: gaps,
  over10us,
  longestNs: longestGapNs,
});

function finder(name, runs) {
  const total = (key) => runs.reduce((sum, run) => sum + run[key], 0);
  const perSecond = (key) => (total(key) / total('durationNs')) * 1e9;
  return {
    name,
    readingsHz: perSecond('readings'),
    over1usHz: perSecond('over1us'),
    over10usHz: perSecond('over10us'),
    longestNs: Math.max(...runs.map(({ longestNs }) => longestNs)),
  };
}

/** All slots of all rounds. */
function slotsOf(runs) {
  const total = (key) => runs.reduce((sum, run) => sum + run[key], 0);
  const lateness = LogLinearHistogram.fromJSON(runs[0].histogram);
  for (const { histogram } of runs.slice(1)) lateness.merge(LogLinearHistogram.fromJSON(histogram));
  const sampled = total('samples');
  const due = sampled + total('missed') + total('rested');
  const onTime = total('onTime');
  return {
    due,
    sampled,
    onTimeOfSamples: onTime / sampled,
    onTimeOfSlots: onTime / due,
    percentiles: PERCENTS.map((percent) => ({ percent, ns: lateness.percentile(percent) })),
    latestNs: lateness.max,
  };
}
