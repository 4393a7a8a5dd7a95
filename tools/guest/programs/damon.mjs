// DAMON in a kernel that has it: does it find the hot part of a process, and is it gone afterwards,
// also when a monitor was killed while it looked?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CollectorRegistry, Session } from '@hftmon/core';
import { createNumaCollector } from '@hftmon/numa';
import { KernelEventSource } from '@hftmon/perf-native';
import { spawnSpinner, spawnTouch, touchPlace } from '@hftmon/testkit';

const KDAMONDS = '/sys/kernel/mm/damon/admin/kdamonds';
const CLAIM = '/run/hftmon/damon.json';
const POLL_MS = 100;
/** An emulated CPU on a busy host is slow beyond any guess; the guest itself has a time limit. */
const LIMIT_S = 3600;
/** Looks that found a region accessed, of 20: most regions are left behind by then. */
const HITS = 5;
/** DAMON splits and merges regions all the time; their edges are some pages off. */
const SLACK_BYTES = 1024 * 1024;
const NONE = { weight: 0, bytes: Infinity };

const [role, pid] = process.argv.slice(2);
if (role === 'watch') {
  watch(Number(pid));
  console.log('watching');
  await setTimeout(1e9);
} else await main();

async function main() {
  const target = await spawnTouch({
    mib: 64,
    touchedMib: 64,
    hotMib: 4,
    hotAtMib: 24,
    limitS: LIMIT_S,
  });
  const { hotAddress, hotBytes } = touchPlace(target);
  // The emulator looks up a page anew, which DAMON sees, only after a switch to another process.
  const other = await spawnSpinner({ cpu: 0, limitS: LIMIT_S });
  for (const workload of [other, target]) {
    workload.begin();
    await workload.running();
  }
  const answer = { hot: { address: hotAddress, bytes: hotBytes } };

  const killed = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), 'watch', String(target.pid)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(killed.stdout, 'data');
  answer.whileWatched = damonState();
  killed.kill('SIGKILL');
  await once(killed, 'close');
  answer.afterKill = damonState();

  const { session, collector } = watch(target.pid);
  answer.afterTakeover = damonState();
  answer.hotSpots = await hotSpotsOf(collector, target.pid, hotBytes);
  session.close();
  answer.afterClose = damonState();
  await Promise.all([target.dispose(), other.dispose()]);
  console.log(JSON.stringify(answer));
}

function watch(target) {
  const collector = createNumaCollector({
    damon: true,
    placementIntervalMs: 500,
    placementShare: 0.5,
  });
  const registry = new CollectorRegistry().register(collector);
  const session = new Session({ source: new KernelEventSource(), registry });
  session.on('error', ({ error }) => {
    throw error;
  });
  session.start();
  session.attach(target);
  return { session, collector };
}

/**
 * What DAMON found, once it has told hot from cold. It begins with a few large regions and splits
 * them as it learns: until the hottest is about as small as the hot memory it has not.
 */
async function hotSpotsOf(collector, target, hotBytes) {
  for (;;) {
    await setTimeout(POLL_MS);
    const stats = collector.snapshot({ pid: target, includeHeatmap: true, resolution: 'page' });
    const spots = stats.flatMap(({ hotSpots }) => hotSpots);
    const hottest = spots.reduce((most, spot) => (spot.weight > most.weight ? spot : most), NONE);
    if (hottest.weight >= HITS && hottest.bytes <= hotBytes + SLACK_BYTES) return spots;
  }
}

function damonState() {
  const count = Number(readFileSync(`${KDAMONDS}/nr_kdamonds`, 'utf8'));
  const states = readdirSync(KDAMONDS)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFileSync(`${KDAMONDS}/${name}/state`, 'utf8').trim());
  return { count, states, claimed: existsSync(CLAIM) };
}
