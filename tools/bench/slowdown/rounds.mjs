import { setTimeout as sleep } from 'node:timers/promises';
import { summary } from '../statistics.mjs';
import { pingPong } from '../target/ping-pong.mjs';

/** What was detached is taken apart by the kernel a little later; no run may pay for that. */
const SETTLE_MS = 60;

/** Nothing attached, treated like any mode: how far from 1 the method itself strays. */
const control = { name: 'nothing', tool: 'control', attach: () => undefined };

/**
 * Slow-down of the ping-pong by each mode. A round goes alone, mode, alone, mode, …, alone, and
 * every mode is compared with the mean of the runs before and after it, because machines drift.
 * The order changes from round to round, so that no mode always has the same neighbour.
 */
export async function measureSlowdown({ via, hops, rounds, cpus, log }, allModes) {
  const skipped = [];
  let modes = [control, ...allModes];
  const ratios = new Map(modes.map((mode) => [mode, []]));
  const runs = new Map(modes.map((mode) => [mode, []]));
  const alone = [];
  const setting = { via, hops, cpus };
  await pingPong(setting); // warms the caches and the file system
  for (let round = 0; round < rounds; round++) {
    let before = await runAlone();
    for (const mode of rotate(modes, round)) {
      const run = await tryMode(mode);
      const after = await runAlone();
      if (run !== undefined) {
        ratios.get(mode).push(run.nsPerHop / ((before + after) / 2));
        runs.get(mode).push(run);
      }
      before = after;
    }
    log(`${via}: round ${round + 1} of ${rounds}`);
  }
  const measured = [...runs.keys()].filter((mode) => runs.get(mode).length > 0);
  const results = measured.map((mode) => result(mode, ratios.get(mode), runs.get(mode)));
  return { via, hops, rounds, alone: summary(alone), results, skipped };

  async function runAlone() {
    await sleep(SETTLE_MS);
    const { nsPerHop } = await pingPong(setting);
    alone.push(nsPerHop);
    return nsPerHop;
  }

  async function tryMode(mode) {
    try {
      return await pingPong(setting, (pid) => mode.attach(pid, setting));
    } catch (error) {
      // Our own failure is a result of the benchmark; a peer's only means one comparison less.
      if (mode.tool !== 'peer') throw error;
      skipped.push({ name: mode.name, reason: error.message });
      log(`skipped: ${mode.name}: ${error.message}`);
      modes = modes.filter((other) => other !== mode);
      return undefined;
    }
  }
}

/** Switches in the kernel's books of which no probe told; never with a loss of our own. */
function missing({ switches, seen }) {
  return switches - seen.events - seen.filtered - seen.lost;
}

function rotate(list, by) {
  const at = by % list.length;
  const turned = [...list.slice(at), ...list.slice(0, at)];
  return by % 2 === 0 ? turned : turned.reverse();
}

function result({ name, tool, id, shown }, ratios, runs) {
  const sum = (pick) => runs.reduce((total, run) => total + (pick(run) ?? 0), 0);
  const counts = runs.some((run) => run.seen?.events !== undefined);
  return {
    name,
    tool,
    id,
    shown,
    ratio: summary(ratios),
    nsPerHop: summary(runs.map((run) => run.nsPerHop)),
    switches: sum((run) => run.switches),
    events: counts ? sum((run) => run.seen.events) : undefined,
    filtered: sum((run) => run.seen?.filtered),
    lost: sum((run) => run.seen?.lost),
    unseen: sum((run) => run.seen?.exact === false && missing(run)),
    exactRounds: runs.filter((run) => run.seen?.exact).length,
    runs: runs.length,
  };
}
