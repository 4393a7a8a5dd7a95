import { setTimeout as sleep } from 'node:timers/promises';
import { HFTResourceMonitor } from '@hftmon/monitor';
import { spawnSpinner } from '@hftmon/testkit';
import { pinSelf } from '../affinity.mjs';
import { summary } from '../statistics.mjs';

const WINDOW_MS = 1000;
/** What was detached is taken apart by the kernel a little later; no window may pay for that. */
const SETTLE_MS = 60;

/** What is attached to the target, and what each costs it in throughput. */
const MODES = [
  { name: 'nothing', id: 'control', attach: () => undefined },
  { name: 'all collectors', id: 'all', attach: (pid, cpus) => monitor(pid, cpus, {}) },
  {
    name: 'all but cache (no address samples)',
    id: 'without-cache',
    attach: (pid, cpus) => monitor(pid, cpus, { trackCache: false }),
  },
];

/**
 * Throughput of a thread that polls a clock all the time, as a trading loop does, with the façade
 * at its defaults, in shares of the mean of the windows alone before and after it.
 */
export async function measureBusyTarget({ rounds, cpus }) {
  const shares = new Map(MODES.map((mode) => [mode, []]));
  await window(cpus, () => undefined);
  for (let round = 0; round < rounds; round++) {
    let before = await window(cpus, () => undefined);
    for (const mode of round % 2 === 0 ? MODES : [...MODES].reverse()) {
      const rate = await window(cpus, mode.attach);
      const after = await window(cpus, () => undefined);
      shares.get(mode).push(rate / ((before + after) / 2));
      before = after;
    }
  }
  const results = MODES.map((mode) => {
    const { name, id } = mode;
    return { name, id, share: summary(shares.get(mode)) };
  });
  return { results, rounds, windowMs: WINDOW_MS };
}

/** @returns readings of the clock per ns */
async function window(cpus, attach) {
  await sleep(SETTLE_MS);
  // It is born where this process is.
  pinSelf(cpus.all);
  const target = await spawnSpinner({ cpu: cpus.target, durationMs: WINDOW_MS });
  pinSelf(cpus.housekeeping);
  try {
    const attached = attach(target.pid, cpus);
    try {
      const { iterations, startNs, endNs } = await target.go();
      return iterations / (endNs - startNs);
    } finally {
      attached?.dispose();
    }
  } finally {
    await target.dispose();
  }
}

function monitor(pid, cpus, options) {
  const monitor = new HFTResourceMonitor();
  monitor.configure({ cpuAffinity: cpus.housekeeping });
  monitor.attachProcess(pid, options);
  monitor.startMonitoring();
  return monitor;
}
