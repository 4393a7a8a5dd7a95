import { expect, it } from 'vitest';
import { listBpfFds, listFds, listThreads, needs, skipUnless, spawnSleeper } from '@hftmon/testkit';
import { HFTResourceMonitor } from '@hftmon/monitor';

/** The first cycles load libraries and fill caches. */
const WARM_UP = 20;
const CYCLES = 200;

interface Held {
  readonly fds: number;
  readonly threads: number;
  readonly bpf: number;
  readonly rssMb: number;
}

function held(): Held {
  const { pid } = process;
  return {
    fds: listFds(pid).size,
    threads: listThreads(pid).length,
    bpf: listBpfFds(pid).length,
    rssMb: process.memoryUsage().rss / 2 ** 20,
  };
}

it(`${CYCLES} starts and stops leave nothing behind`, { timeout: 1_800_000 }, async (context) => {
  skipUnless(context, needs.bpf);
  await using target = await spawnSleeper({ limitS: 600 });
  using monitor = new HFTResourceMonitor();
  monitor.attachProcess(target.pid);
  const cycle = (): void => {
    monitor.startMonitoring();
    monitor.stopMonitoring();
  };
  for (let i = 0; i < WARM_UP; i++) cycle();
  const before = held();
  for (let i = 0; i < CYCLES; i++) cycle();
  const after = held();
  expect(after.bpf).toBe(0);
  expect(after.fds).toBe(before.fds);
  expect(after.threads).toBe(before.threads);
  // A ring kept by each cycle would be hundreds of MiB.
  expect(after.rssMb - before.rssMb).toBeLessThan(50);
});
