import { fileURLToPath } from 'node:url';
import { spawnPingpong, spawnSleeper } from '@hftmon/testkit';
import { pinSelf } from '../affinity.mjs';
import { runChild } from '../run-child.mjs';
import { summary } from '../statistics.mjs';

const script = fileURLToPath(new URL('monitor-process.mjs', import.meta.url));

/** A sleep makes about four records: the switch, the system call, the timer's interrupts. */
const SLEEP_US = 330;
/** More hops than the history ring holds, so that all of its memory is resident. */
const FILL_HOPS = 600_011;

/**
 * Attach to first record, resident memory and CPU time of a monitoring process of its own, with
 * every kernel kind and the default delivery, at about 10,000 events a second.
 */
export async function measureOwnCost({ runs, seconds, cpus }) {
  const results = [];
  for (let i = 0; i < runs; i++) results.push(await oneRun(seconds, cpus));
  const series = (pick) => summary(results.map(pick));
  return {
    firstRecordMs: series((run) => run.firstRecordMs),
    rssMb: series((run) => run.rssMb),
    rssRingFullMb: series((run) => run.rssRingFullMb),
    cpuPercent: series((run) => run.cpuPercent),
    pumpPercent: series((run) => run.pumpPercent),
    eventsPerSecond: series((run) => run.eventsPerSecond),
    dropped: results.reduce((sum, run) => sum + run.dropped, 0),
    seconds,
    runs,
  };
}

async function oneRun(seconds, cpus) {
  pinSelf(cpus.all);
  const count = Math.ceil(((seconds + 10) * 1e6) / SLEEP_US);
  const limitS = seconds + 30;
  const sleeper = await spawnSleeper({ sleepUs: SLEEP_US, count, cpu: cpus.target, limitS });
  const filler = await spawnPingpong({ hops: FILL_HOPS, via: 'futex', cpu: cpus.target });
  pinSelf(cpus.housekeeping);
  try {
    sleeper.begin();
    const child = runChild(script, [seconds, filler.pid, sleeper.pid], cpus.housekeeping);
    // The child asks for nothing; by this time its own measurement is over.
    setTimeout(() => filler.begin(), seconds * 1000 + 2500);
    return (await child).result;
  } finally {
    await Promise.all([sleeper, filler].map((workload) => workload.dispose()));
  }
}
