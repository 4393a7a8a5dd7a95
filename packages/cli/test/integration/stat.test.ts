import { setPriority } from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  HFTResourceMonitor,
  installedCollectorNames,
  installedCollectors,
  spikeToJson,
  type AttributeChange,
  type LatencySpike,
  type TlbSender,
} from '@hftmon/monitor';
import {
  allowedCpus,
  needs,
  readSwitches,
  skipUnless,
  spawnChurn,
  spawnHog,
  spawnPingpong,
  spawnSpinner,
  spawnTlbshoot,
  switchesDelta,
} from '@hftmon/testkit';
import { toJson } from '../../src/format/json.js';
import { statDocument } from '../../src/verbs/stat/document.js';
import { attached } from '../support/attached.js';
import { runCli, startCli } from '../support/run-cli.js';

beforeEach((context) => skipUnless(context, needs.bpf));

interface Thread {
  readonly tid: number;
  readonly comm: string;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
}

interface Details {
  readonly irq: { readonly tlbSenders: readonly TlbSender[] };
  readonly sched: { readonly attributeChanges: readonly AttributeChange[] };
}

describe('hftmon stat -p', () => {
  it("counts what the kernel's books count, exactly", async () => {
    await using target = await spawnPingpong({ hops: 20_011 });
    const before = readSwitches(target.pid);
    const run = startCli(['stat', '-p', String(target.pid), '--json']);
    await attached(run);
    await target.go();
    const { code, stdout, stderr } = await run.interrupt();
    const books = switchesDelta(before, readSwitches(target.pid));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { threads, losses } = JSON.parse(stdout) as {
      threads: Thread[];
      losses: Record<string, number>;
    };
    const counted = new Map(
      threads.map(({ tid, voluntarySwitches, involuntarySwitches }) => [
        tid,
        { voluntary: voluntarySwitches, involuntary: involuntarySwitches },
      ]),
    );
    expect(counted).toEqual(books);
    expect(losses['seen']).toBe(losses['emitted']! + losses['filtered']! + losses['dropped']!);
  });

  it('keeps the threads that end', async () => {
    await using target = await spawnChurn({ threads: 13 });
    const run = startCli(['stat', '-p', String(target.pid), '--json']);
    await attached(run);
    await target.go();
    const { stdout } = await run.interrupt();
    const { threads } = JSON.parse(stdout) as { threads: (Thread & { state: string })[] };
    expect(threads.filter(({ state }) => state === 'exited').length).toBeGreaterThanOrEqual(13);
  });

  it('has the documented form', async () => {
    const { stdout } = await runCli(['stat', '-p', String(process.pid), '-d', '300ms', '--json']);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual([
      'schema',
      'type',
      'pid',
      'durationNs',
      'threads',
      'collectors',
      'details',
      'notObserved',
      'losses',
    ]);
    expect(document).toMatchObject({ schema: 'hftmon.stat/1', type: 'stat', pid: process.pid });
    expect(Object.keys((document['threads'] as object[])[0]!)).toMatchInlineSnapshot(`
      [
        "tid",
        "comm",
        "state",
        "voluntarySwitches",
        "involuntarySwitches",
        "migrations",
        "lifetimeNs",
        "onCpuNs",
        "offCpuNs",
        "runQueueNs",
        "irqNs",
        "irqCount",
        "softirqNs",
        "softirqCount",
        "vectorNs",
        "vectorCount",
        "faults",
        "faultNs",
        "syscallNs",
        "syscallCount",
        "offCpuPercentiles",
        "runQueuePercentiles",
      ]
    `);
    const collectors = document['collectors'] as Record<string, Record<string, unknown>>;
    expect(Object.keys(collectors)).toEqual(installedCollectorNames());
    for (const name of ['ctxsw', 'irq', 'sched', 'latency']) {
      const entry = collectors[name]!;
      expect(entry).toMatchObject({
        tier: 'kernel',
        source: expect.any(String) as string,
        lost: 0,
      });
      expect(Object.keys(entry['metrics'] as object).length).toBeGreaterThan(0);
    }
    const keys = Object.entries(document['details'] as object).map(([name, details]) => [
      name,
      Object.keys(details as object),
    ]);
    expect(Object.fromEntries(keys)).toEqual({
      irq: ['affinity', 'coalescing', 'deferredWork', 'ticks', 'tlbSenders'],
      cache: ['falseSharing'],
      numa: ['nodes', 'recommendations'],
      sched: ['threads', 'priorityInversions', 'attributeChanges', 'throttling'],
      latency: ['recommendations', 'longestSpikes'],
    });
  });

  it('tells who shoots the TLB of its CPU down, and who changed its priority', async (context) => {
    skipUnless(context, needs.root, needs.cpus(2));
    context.skip(process.arch !== 'x64', 'arm64 flushes without interrupts');
    const [otherCpu, cpu] = allowedCpus();
    let details: Details;
    let sender: TlbSender | undefined;
    // Nothing is sent while another task, or in a virtual machine another machine, has that CPU.
    for (let run = 0; run < 5 && sender === undefined; run++) {
      await using target = await spawnTlbshoot({ count: 1009, cpu: cpu!, otherCpu: otherCpu! });
      const collectors = ['--collectors', 'irq,sched'];
      const stat = startCli(['stat', '-p', String(target.pid), '--json', ...collectors]);
      await attached(stat);
      setPriority(target.pid, 7);
      const { senderTid } = await target.go();
      ({ details } = JSON.parse((await stat.interrupt()).stdout) as { details: Details });
      sender = details.irq.tlbSenders.find(({ tid }) => tid === senderTid);
      expect(details.sched.attributeChanges).toMatchObject([
        { tid: target.pid, changed: ['nice'], before: { nice: 0 }, after: { nice: 7 } },
      ]);
    }
    expect(sender).toMatchObject({ comm: 'tlbshoot', syscall: 'madvise' });
    expect(sender!.count).toBeGreaterThan(0);
    expect(Object.keys(details!)).toEqual(['irq', 'sched']);
  });

  it('makes one document of several processes, or a line of each', async () => {
    const pids = `${process.pid},${process.ppid}`;
    const words = ['stat', '-p', pids, '-d', '200ms', '--collectors', 'ctxsw'];
    const [json, jsonl] = [await runCli([...words, '--json']), await runCli([...words, '--jsonl'])];
    const { type, processes } = JSON.parse(json.stdout) as { type: string; processes: object[] };
    expect(type).toBe('stats');
    expect(processes).toHaveLength(2);
    const lines = jsonl.stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { pid: number }).pid)).toEqual([
      process.pid,
      process.ppid,
    ]);
  });

  it('reads as a table, without escape codes in a pipe', async () => {
    const { stdout, code } = await runCli(['stat', '-p', String(process.pid), '-d', '200ms']);
    expect(code).toBe(0);
    expect(stdout).toContain(`process ${process.pid}: `);
    expect(stdout).toMatch(/voluntary_switches +\d/);
    expect(stdout).toMatch(/events: .* seen, .* recorded, .* filtered, none lost/);
    expect(stdout).not.toContain('\x1b');
  });

  it('ends with 4 when the process is gone before the time is up, with its report', async () => {
    const target = await spawnPingpong({ hops: 101 });
    const run = startCli(['stat', '-p', String(target.pid), '-d', '30s', '--json']);
    await attached(run);
    await target.quit();
    const { code, stdout } = await run.result;
    expect(code).toBe(4);
    expect((JSON.parse(stdout) as { threads: Thread[] }).threads.length).toBeGreaterThan(0);
  });
});

describe('the longest spikes of hftmon stat', () => {
  it('are those that listeners heard of in the same run, byte for byte', async (context) => {
    skipUnless(context, needs.realtime);
    const cpu = allowedCpus().at(-1)!;
    await using target = await spawnSpinner({ cpu });
    using monitor = new HFTResourceMonitor({ collectors: installedCollectors(['latency']) });
    const heard = new Map<number, LatencySpike>();
    monitor.on('spike', (spike) => {
      for (const id of spike.supersedes ?? []) heard.delete(id);
      heard.set(spike.id, spike);
    });
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    target.begin();
    await target.running();
    await using hog = await spawnHog({
      policy: 'fifo',
      cpu,
      burstUs: 3000,
      periodMs: 20,
      count: 5,
    });
    await hog.go();
    await target.stop();
    monitor.stopMonitoring();
    const { details, losses } = statDocument({ monitor, pid: target.pid, durationNs: 1e9 });
    expect(losses.dropped).toBe(0);
    const longest = [...heard.values()]
      .sort((a, b) => b.durationNs - a.durationNs || a.id - b.id)
      .slice(0, 3);
    expect(longest).toHaveLength(3);
    expect(details.latency!.longestSpikes.map((spike) => toJson(spike, 'jsonl'))).toEqual(
      longest.map((spike) => toJson(spikeToJson(spike), 'jsonl')),
    );
  });
});
