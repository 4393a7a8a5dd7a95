import { describe, expect, it } from 'vitest';
import {
  needs,
  readSchedstat,
  readSwitches,
  readTaskStat,
  skipUnless,
  spawnChurn,
  spawnPingpong,
  spawnSleeper,
  switchesDelta,
  type SwitchCounts,
} from '../../src/index.js';

/** The kernel's switch counts of a process over what `work` does. */
async function booksOver<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ result: T; delta: Map<number, SwitchCounts> }> {
  const before = readSwitches(pid);
  const result = await work();
  return { result, delta: switchesDelta(before, readSwitches(pid)) };
}

describe('pingpong', () => {
  it.each(['futex', 'pipe'] as const)('by %s counts what the kernel counts', async (via) => {
    await using target = await spawnPingpong({ hops: 10_007, via });
    const { result, delta } = await booksOver(target.pid, () => target.go());
    expect(result).toMatchObject({ report: 'pingpong', via, hops: 10_007 });
    let switches = 0;
    for (const { tid, usage } of result.threads) {
      const books = delta.get(tid) ?? { voluntary: 0, involuntary: 0 };
      // One more: the wait in which the thread now sleeps.
      expect(books.voluntary).toBe(usage.voluntary + 1);
      // It may also be preempted between its sleep and its own look at the count, at both ends.
      expect(books.involuntary - usage.involuntary).toBeGreaterThanOrEqual(0);
      expect(books.involuntary - usage.involuntary).toBeLessThanOrEqual(4);
      switches += usage.voluntary + usage.involuntary;
    }
    // Every hop is a switch; others are by whatever else runs on that CPU.
    expect(switches).toBeGreaterThanOrEqual(10_007 - 2);
    expect(result.nsPerHop).toBeGreaterThan(0);
  });

  it('is asleep between its ends: its books stand still', async () => {
    await using target = await spawnPingpong({ hops: 11 });
    const before = readSwitches(target.pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readSwitches(target.pid)).toEqual(before);
    await target.go();
    const after = readSwitches(target.pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readSwitches(target.pid)).toEqual(after);
  });
});

describe('sleeper', () => {
  it('sleeps exactly as often as the kernel says', async () => {
    let voluntary = 0;
    // A deadline that passes before the sleep, while another task has the CPU, makes no switch.
    for (let run = 0; run < 5 && voluntary < 211; run++) {
      await using target = await spawnSleeper({ count: 211, sleepUs: 500 });
      const schedstat = readSchedstat(target.pid);
      const { result, delta } = await booksOver(target.pid, () => target.go());
      ({ voluntary } = result.usage);
      expect(delta.get(target.pid)?.voluntary).toBe(voluntary + 1);
      expect(result.sleeps).toHaveLength(211);
      for (const { startNs, deadlineNs, endNs } of result.sleeps) {
        expect(deadlineNs - startNs).toBe(500_000);
        expect(endNs).toBeGreaterThanOrEqual(deadlineNs);
      }
      const slices = readSchedstat(target.pid).timeslices - schedstat.timeslices;
      expect(slices).toBeGreaterThanOrEqual(voluntary);
    }
    expect(voluntary).toBe(211);
  });
});

describe('churn', () => {
  it('accounts for every switch of threads that are gone', async () => {
    await using target = await spawnChurn({ threads: 4, generations: 3, switches: 1009 });
    const { result, delta } = await booksOver(target.pid, () => target.go());
    expect(result.lives).toHaveLength(12);
    expect(new Set(result.lives.map((life) => life.tid)).size).toBe(12);
    for (const life of result.lives) expect(life.usage.voluntary).toBe(1009);
    // The process's own sum: its ended threads and the main thread's waits for them.
    const main = delta.get(target.pid)?.voluntary ?? 0;
    expect(main).toBeGreaterThan(0);
    expect(result.processUsage.voluntary).toBe(12 * 1009 + main - 1);
    expect([...delta.keys()]).toEqual([target.pid]);
  });
});

describe('books and clocks', () => {
  it('has times on the clock of process.hrtime', async () => {
    await using target = await spawnSleeper({ count: 3 });
    const before = Number(process.hrtime.bigint());
    const { sleeps } = await target.go();
    const after = Number(process.hrtime.bigint());
    expect(sleeps[0]?.startNs).toBeGreaterThan(before);
    expect(sleeps.at(-1)?.endNs).toBeLessThan(after);
  });

  it('runs on the CPU it is told to', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnSleeper({ count: 3, cpu: 1 });
    await target.go();
    expect(readTaskStat(target.pid)).toMatchObject({ cpu: 1, state: 'S' });
  });
});
