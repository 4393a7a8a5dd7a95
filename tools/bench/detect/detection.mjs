import { join } from 'node:path';
import { runChild } from '../run-child.mjs';
import { quantile } from '../statistics.mjs';
import { BURST_US, THRESHOLD_US, UNCOUNTED } from './disturb.mjs';
import { PEERS } from './peers.mjs';

const script = (name) => join(import.meta.dirname, name);

const MODES = [
  { name: 'hftmon, busy delivery', id: 'busy', script: 'hftmon-process.mjs', word: 'busy' },
  { name: 'hftmon, interval', id: 'interval', script: 'hftmon-process.mjs', word: 'interval' },
  ...PEERS.map(({ name, shown }) => ({
    name,
    shown,
    peer: true,
    script: 'peer-reader.mjs',
    word: name,
  })),
];

/**
 * From the end of a spike to the one who is told of it. Each mode is a fresh process on the
 * housekeeping CPUs; a round goes through all of them, and each round the other way round.
 */
export async function measureDetection({ spikes, rounds, cpus, log }) {
  const each = Math.ceil(spikes / rounds);
  const skipped = new Map();
  const runs = new Map(MODES.map((mode) => [mode, []]));
  for (let round = 0; round < rounds; round++) {
    for (const mode of round % 2 === 0 ? MODES : [...MODES].reverse()) {
      if (skipped.has(mode)) continue;
      try {
        const args = [mode.word, each, JSON.stringify(cpus)];
        const { result } = await runChild(script(mode.script), args, cpus.all);
        runs.get(mode).push(result);
      } catch (error) {
        // Our own failure is a result of the benchmark; a peer's means one comparison less.
        if (!mode.peer) throw error;
        skipped.set(mode, error.message);
        log(`skipped: ${mode.name}: ${error.message}`);
      }
    }
    log(`detection: round ${round + 1} of ${rounds}`);
  }
  const measured = MODES.filter((mode) => runs.get(mode).length > 0);
  return {
    burstUs: BURST_US,
    thresholdUs: THRESHOLD_US,
    uncounted: UNCOUNTED,
    rounds,
    results: measured.map((mode) => result(mode, runs.get(mode))),
    skipped: [...skipped].map(([{ name }, reason]) => ({ name, reason })),
  };
}

function result({ name, id, shown }, runs) {
  const delays = runs.flatMap((run) => run.delays);
  const receipts = runs.flatMap((run) => run.receipts ?? []);
  const caused = runs.reduce((sum, run) => sum + run.bursts, 0);
  return {
    name,
    id,
    shown,
    caused,
    found: delays.length,
    us: spreadUs(delays),
    receiptUs: spreadUs(receipts),
  };
}

/** p50, p99 and the longest, us. */
function spreadUs(ns) {
  if (ns.length === 0) return undefined;
  const at = (share) => quantile(ns, share) / 1000;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
