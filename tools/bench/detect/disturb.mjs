import { pinSelf } from '../affinity.mjs';
import { spawnHog, spawnSpinner } from '@hftmon/testkit';

/** Length and distance of the disturbances; far apart, so that each is a spike of its own. */
export const BURST_US = 200;
const PERIOD_MS = 2;
/** As many come before those that count: a monitor is at work before what it is there for happens. */
export const UNCOUNTED = 2000;
/** Shortest spike that any tool is asked for: half a disturbance. */
export const THRESHOLD_US = BURST_US / 2;

/**
 * A thread that polls a clock, on a CPU where a real-time thread takes over `count` times,
 * after {@link UNCOUNTED} times that are not returned.
 * This process and what it starts to watch the target then has the housekeeping CPUs.
 * @param cpus - `target` and `housekeeping`
 * @param attach - begins to watch the target; returns what ends that, and is awaited
 * @returns the disturbances, CLOCK_MONOTONIC ns, as the thread that made them timed them
 */
export async function disturb({ cpus, count, attach }) {
  const cpu = cpus.target;
  const target = await spawnSpinner({ cpu });
  try {
    const options = {
      cpu,
      policy: 'fifo',
      burstUs: BURST_US,
      periodMs: PERIOD_MS,
      count: UNCOUNTED + count,
    };
    const hog = await spawnHog(options);
    try {
      pinSelf(cpus.housekeeping);
      const end = await attach({ pid: target.pid, tid: target.tids[0] });
      try {
        target.begin();
        await target.running();
        const { bursts } = await hog.go();
        await target.stop();
        return bursts.slice(UNCOUNTED);
      } finally {
        await end();
      }
    } finally {
      await hog.dispose();
    }
  } finally {
    await target.dispose();
  }
}
