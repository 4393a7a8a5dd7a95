import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  allowedCpus,
  needs,
  readSwitches,
  skipUnless,
  spawnFaults,
  spawnHog,
  spawnPingpong,
  spawnSleeper,
  spawnSpinner,
  spawnZombie,
  switchesDelta,
} from '@hftmon/testkit';
import {
  ConfigurationError,
  HFTResourceMonitor,
  ProcessNotFoundError,
  type LatencySpike,
  type ProcessExit,
} from '@hftmon/monitor';

beforeEach((context) => skipUnless(context, needs.bpf));

describe('the calls of the documentation, in order', () => {
  it('answer with what happened', async () => {
    await using target = await spawnPingpong({ hops: 499 });
    using monitor = new HFTResourceMonitor();
    monitor.configure({
      samplingIntervalUs: 100,
      cpuAffinity: [allowedCpus()[0]!],
      stackTraces: true,
    });
    monitor.attachProcess(target.pid, { trackCache: true, trackNuma: true });
    const before = readSwitches(target.pid);
    monitor.startMonitoring();
    await target.go();
    const switches = monitor.getContextSwitches({ includeStackTrace: true });
    const books = switchesDelta(before, readSwitches(target.pid));
    monitor.stopMonitoring();

    expect(switches.length).toBeGreaterThan(490);
    expect(switches.every(({ pid }) => pid === target.pid)).toBe(true);
    expect(switches.some(({ stackTrace }) => (stackTrace?.kernel.length ?? 0) > 0)).toBe(true);
    for (const { tid, voluntarySwitches, involuntarySwitches } of monitor.getThreadTotals(
      target.pid,
    )) {
      expect({ tid, voluntarySwitches, involuntarySwitches }).toEqual({
        tid,
        voluntarySwitches: books.get(tid)!.voluntary,
        involuntarySwitches: books.get(tid)!.involuntary,
      });
    }
    expect(monitor.getInterrupts()).toBeInstanceOf(Array);
    expect(monitor.detectLatencySpikes({ thresholdUs: 50 })).toBeInstanceOf(Array);
  });

  it('have no stacks unless they are asked for in time, and say so', async () => {
    await using target = await spawnPingpong({ hops: 101 });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    await target.go();
    const switches = monitor.getContextSwitches({ includeStackTrace: true });
    expect(switches.length).toBeGreaterThan(90);
    for (const { stackTrace, noStackTrace } of switches) {
      expect(stackTrace).toBeUndefined();
      expect(noStackTrace).toMatchObject({ reason: expect.stringMatching(/no stacks are taken/) });
    }
  });

  it('answer the same after the stop', async () => {
    await using target = await spawnPingpong({ hops: 211 });
    using monitor = new HFTResourceMonitor();
    monitor.configure({ stackTraces: true });
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    await target.go();
    const query = { includeStackTrace: true, limit: 50 };
    const running = {
      switches: monitor.getContextSwitches(query),
      totals: monitor.getThreadTotals(target.pid).map((thread) => thread.voluntarySwitches),
      seen: monitor.getLosses().seen,
    };
    monitor.stopMonitoring();
    expect(monitor.getContextSwitches(query)).toEqual(running.switches);
    expect(monitor.getThreadTotals(target.pid).map((thread) => thread.voluntarySwitches)).toEqual(
      running.totals,
    );
    expect(monitor.getLosses().seen).toBeGreaterThanOrEqual(running.seen);
    monitor.dispose();
    expect(monitor.getContextSwitches(query)).toEqual(running.switches);
  });
});

describe('restart', () => {
  it('counts anew', async () => {
    await using target = await spawnSleeper({ count: 31 });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    await target.go();
    monitor.stopMonitoring();
    expect(monitor.getContextSwitches().length).toBeGreaterThan(30);
    monitor.startMonitoring();
    expect(monitor.getContextSwitches()).toEqual([]);
    expect(monitor.getThreadTotals(target.pid)[0]!.voluntarySwitches).toBe(0);
  });
});

describe('events', () => {
  it('tell of spikes', async (context) => {
    skipUnless(context, needs.realtime);
    const cpu = allowedCpus().at(-1)!;
    await using target = await spawnSpinner({ cpu, durationMs: 1000 });
    await using hog = await spawnHog({
      policy: 'fifo',
      cpu,
      burstUs: 3000,
      periodMs: 50,
      count: 5,
    });
    using monitor = new HFTResourceMonitor();
    const spikes: LatencySpike[] = [];
    monitor.on('spike', (spike) => spikes.push(spike));
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    target.begin();
    await hog.go();
    await target.report();
    await sleep(100);
    monitor.stopMonitoring();
    const preempted = spikes.filter(({ cause }) => cause === 'preemption');
    expect(preempted.length).toBeGreaterThan(0);
    for (const { receipt } of spikes) {
      const sum = receipt.parts.reduce((total, { ns }) => total + ns, 0);
      expect(sum).toBe(receipt.durationNs);
    }
    expect(monitor.detectLatencySpikes().length).toBeGreaterThan(0);
  });

  it('tell of a process that ends, and the rest goes on', async () => {
    await using first = await spawnSleeper({ count: 3 });
    await using second = await spawnFaults({ pages: 3 });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(first.pid);
    monitor.attachProcess(second.pid);
    monitor.startMonitoring();
    const exited = new Promise<ProcessExit>((resolve) => monitor.on('processExit', resolve));
    await first.quit();
    expect(await exited).toMatchObject({ pid: first.pid });
    expect([...monitor.attachedProcesses.keys()]).toEqual([second.pid]);
    expect(monitor.monitoringActive).toBe(true);
    expect(monitor.getThreadTotals(first.pid).length).toBeGreaterThan(0);
  });

  it('tell of a process that ended before the start', async () => {
    const target = await spawnSleeper({ count: 3 });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    await target.quit();
    const exits: number[] = [];
    monitor.on('processExit', ({ pid }) => exits.push(pid));
    monitor.startMonitoring();
    expect(exits).toEqual([target.pid]);
    expect(monitor.attachedProcesses.size).toBe(0);
    expect(monitor.monitoringActive).toBe(true);
  });
});

describe('what cannot be watched', () => {
  it('is refused: a zombie', async () => {
    await using zombie = await spawnZombie();
    using monitor = new HFTResourceMonitor();
    const pid = zombie.ready['zombiePid'] as number;
    expect(() => monitor.attachProcess(pid)).toThrow(ProcessNotFoundError);
  });

  it('is refused: a CPU that does not exist, at the start, and nothing is left', () => {
    using monitor = new HFTResourceMonitor();
    monitor.configure({ cpuAffinity: [0, 4096] });
    expect(() => monitor.startMonitoring()).toThrow(ConfigurationError);
    expect(() => monitor.startMonitoring()).toThrow('4096');
    expect(monitor.monitoringActive).toBe(false);
    monitor.configure({ cpuAffinity: [] });
    monitor.startMonitoring();
    expect(monitor.monitoringActive).toBe(true);
  });
});
