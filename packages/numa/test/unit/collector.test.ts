import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { FakeRoots, HOST_NAMES, loadHost } from '@hftmon/testkit';
import { createNumaCollector } from '../../src/index.js';
import { writeNumastat } from '../support/fake-nodes.js';
import { TARGET, hosted } from '../support/hosted.js';

const PAGE = 0x7f5a_4000_0000;

describe('the collector on a described host of two sockets', () => {
  it('tells the pages of a target by node, and what is far from its threads', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host } = hosted(roots);
    collector.attach(TARGET);
    const [near, far] = collector.snapshot();
    const small = 121 + 2 + 1013 + 307 + 5;
    expect(near!.pages).toMatchObject([
      {
        pid: 4242,
        comm: 'strategy',
        pages: small + 8,
        bytes: small * 4096 + 8 * 2 ** 21,
        workingBytes: (1013 + 5) * 4096 + 8 * 2 ** 21,
        threads: 2,
        method: 'numa_maps',
        seenFraction: 1,
      },
    ]);
    expect(far!.pages).toMatchObject([{ pages: 16_384, workingBytes: 16_384 * 4096, threads: 1 }]);
    host.close();
  });

  it('says of every field where it is from, or why there is nothing', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host } = hosted(roots);
    collector.attach(TARGET);
    for (const stats of collector.snapshot({ includeHeatmap: true })) {
      const { sources } = stats;
      for (const [field, support] of Object.entries(sources)) {
        const value = stats[field as keyof typeof sources];
        if (value === undefined) expect(support, `${field} has none`).toMatchObject({ ok: false });
        if (value === undefined) continue;
        if (Array.isArray(value) && value.length === 0) continue;
        expect(support, `${field} has a value`).toMatchObject({ ok: true });
      }
      expect(stats.localAccesses).toBeUndefined();
      expect(stats.bandwidthMbPerSec).toBeUndefined();
      expect(sources.targetTraffic).toMatchObject({
        ok: false,
        remedy: expect.stringContaining('stat --resctrl'),
      });
      expect(sources.hotSpots).toMatchObject({ ok: false });
      expect(stats.heatmap).toMatchObject({ source: 'placement', grain: 'mapping' });
    }
    host.close();
  });

  it('has a value for exactly the metrics that it calls supported', () => {
    for (const name of HOST_NAMES) {
      using roots = loadHost(name);
      const { collector, host } = hosted(roots);
      collector.attach(TARGET);
      const values = collector.metrics();
      for (const [metric, support] of collector.metricSupport()) {
        expect(metric in values, `${metric} on ${name}`).toBe(support.ok);
      }
      expect(collector.metricSupport().size).toBe(collector.meta.metrics.length);
      host.close();
    }
  });

  it('counts allocations and balancing since it was opened', () => {
    using roots = loadHost('icelake-2s');
    writeNumastat(roots, 0, { hit: 1000, miss: 5 });
    roots.write('proc/vmstat', vmstat(100));
    const { collector, host, writer } = hosted(roots, { placementIntervalMs: 1 });
    expect(collector.snapshot()[0]!.allocations).toMatchObject({ hit: 0, miss: 0 });
    writeNumastat(roots, 0, { hit: 1009, miss: 18 });
    roots.write('proc/vmstat', vmstat(137));
    collector.sample(5e9, writer);
    const [stats] = collector.snapshot();
    expect(stats!.allocations).toMatchObject({ hit: 9, miss: 13 });
    expect(stats!.timestampNs).toBe(5e9);
    expect(collector.balancing()).toMatchObject({ pagesMigrated: 37 });
    expect(collector.metrics()).toMatchObject({
      allocation_miss_count: 13,
      migrated_page_count: 37,
    });
    host.close();
  });

  it('takes sampled addresses, and ignores those of others', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host } = hosted(roots);
    collector.attach(TARGET);
    for (let i = 0; i < 11; i++) collector.addSample('cpu_clock_samples', 4242, 4242, 2, PAGE);
    collector.addSample('cpu_clock_samples', 99, 99, 2, PAGE);
    const [near, far] = collector.snapshot({ includeHeatmap: true, resolution: 'cache_line' });
    // On a captured tree nobody can be asked where a page is.
    expect(near!.accessEstimate).toEqual({
      source: 'cpu_clock_samples',
      local: 0,
      remote: 0,
      unknown: 11,
    });
    expect(far!.accessEstimate).toMatchObject({ unknown: 0 });
    expect(near!.sources.accessEstimate).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('estimate'),
    });
    expect(near!.heatmap).toMatchObject({ cells: [], weightWithoutNode: 11 });
    expect(collector.metrics()).not.toHaveProperty('sampled_local_ratio');
    host.close();
  });

  it('answers of a process that has ended, and forgets one that was let go of', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host, writer } = hosted(roots, { placementIntervalMs: 1 });
    collector.attach(TARGET);
    collector.detach(TARGET);
    expect(collector.targets()).toEqual([]);
    collector.attach(TARGET);
    roots.remove('proc/4242');
    collector.sample(2e9, writer);
    collector.detach(TARGET);
    expect(collector.targets()).toMatchObject([
      { pid: 4242, ended: true, placement: { timestampNs: 0 }, support: { ok: true } },
    ]);
    expect(collector.recommendations()).toEqual([]);
    host.close();
    expect(collector.snapshot()[1]!.pages).toMatchObject([{ pages: 16_384 }]);
  });

  it('recommends by what the host is set to, and how to take it back', async () => {
    using roots = loadHost('icelake-2s');
    const all = 'N0=16384 kernelpagesize_kB=4';
    roots
      .write('proc/4242/numa_maps', `7f5a40000000 default anon=16384 dirty=16384 ${all}\n`)
      .write('sys/devices/system/cpu/isolated', '2-3\n')
      .write('sys/devices/system/cpu/nohz_full', '4-5\n')
      .write('proc/sys/kernel/numa_balancing', '2\n');
    const { collector, host, writer } = hosted(roots, {
      placementIntervalMs: 1,
      placementShare: 1,
    });
    collector.attach(TARGET);
    const sched = 'proc/4242/task/4243/sched';
    const text = readFileSync(`${roots.procRoot}/../${sched}`, 'utf8');
    roots.write(sched, text.replace(/(total_numa_faults\s*:\s*)1024/, '$11061'));
    // Looks are as far apart as they take long.
    await vi.waitFor(() => {
      collector.sample(5e9, writer);
      expect(collector.recommendations()).toMatchObject([
        { command: 'taskset -cp 0-1,6-7 4244', undo: 'taskset -cp 8-15 4244' },
        { rule: 'numa-balancing', undo: 'sysctl kernel.numa_balancing=2' },
      ]);
    }, 60_000);
    host.close();
  });

  it('does not take a later process of the same pid for its target', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host } = hosted(roots);
    collector.attach({ ...TARGET, startTimeTicks: 359_999 });
    expect(collector.targets()).toMatchObject([{ ended: true, support: { ok: false } }]);
    expect(collector.snapshot()[0]!.pages).toEqual([]);
    host.close();
  });

  it('answers of one process when asked to', () => {
    using roots = loadHost('icelake-2s');
    const { collector, host } = hosted(roots);
    collector.attach(TARGET);
    expect(collector.snapshot({ pid: 1 })[0]!.pages).toEqual([]);
    expect(collector.snapshot({ pid: 4242 })[0]!.pages).toHaveLength(1);
    host.close();
  });
});

describe('the collector', () => {
  it('has nothing to say before it was opened', () => {
    const collector = createNumaCollector();
    expect(collector.snapshot()).toEqual([]);
    expect(collector.metrics()).toEqual({});
    expect([...collector.metricSupport()]).toEqual([]);
    expect([collector.host, collector.balancing()]).toEqual([undefined, undefined]);
  });

  it('refuses options and queries that make no sense', () => {
    using roots = loadHost('vm-no-pmu');
    for (const config of [
      { placementShare: 0 },
      { placementShare: 1.5 },
      { placementIntervalMs: 0 },
      { sampledLines: 100 },
      { exactPages: -1 },
    ]) {
      expect(() => hosted(roots, config)).toThrow(/must be/);
    }
    const { collector, host } = hosted(roots);
    expect(() => collector.snapshot({ resolution: 'byte' as never })).toThrow(/cache_line/);
    expect(() => collector.snapshot({ pid: -1 })).toThrow(/pid/);
    host.close();
  });

  it('cannot be opened when the files of the nodes make no sense', () => {
    using roots = new FakeRoots().write('sys/devices/system/node/node0/cpulist', 'rubbish\n');
    expect(() => hosted(roots)).toThrow(/make no sense/);
  });

  it('does not call the accesses of a host with one node local', () => {
    using roots = loadHost('vm-no-pmu');
    const { collector, host } = hosted(roots);
    const [stats, ...others] = collector.snapshot();
    expect(others).toEqual([]);
    expect(stats).toMatchObject({ localAccesses: undefined, remoteAccesses: undefined });
    expect(stats!.sources.localAccesses).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no measurement'),
    });
    expect(collector.metrics()).not.toHaveProperty('local_access_ratio');
    host.close();
  });
});

function vmstat(migrated: number): string {
  return `numa_pte_updates 0\nnuma_hint_faults 0\nnuma_hint_faults_local 0\nnuma_pages_migrated ${migrated}\n`;
}
