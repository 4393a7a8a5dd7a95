import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { queryPageNodes } from '@hftmon/perf-native';
import { needs, skipUnless, spawnSleeper, spawnTouch, touchPlace } from '@hftmon/testkit';
import { PlacementReader } from '../../src/placement/placement-reader.js';
import { Monitor } from '../support/monitor.js';

const MIB = 2 ** 20;
const PAGE = 4096;

const numaMaps = needs.file('/proc/self/numa_maps');

/** Sum of the counts of all mappings by node, the way awk would do it. */
function book(pid: number): Map<number, number> {
  const text = readFileSync(`/proc/${pid}/numa_maps`, 'utf8');
  const pages = new Map<number, number>();
  for (const [, node, count] of text.matchAll(/ N(\d+)=(\d+)/g)) {
    pages.set(Number(node), (pages.get(Number(node)) ?? 0) + Number(count));
  }
  return pages;
}

function reader(exactPages: number): PlacementReader {
  return new PlacementReader({
    procRoot: '/proc',
    exactPages,
    sampledPages: 20_000,
    pageBytes: PAGE,
    pageNodes: queryPageNodes,
  });
}

describe('placement on this host', () => {
  it('has exactly the pages of the books, and all that the workload touched', async (context) => {
    skipUnless(context, numaMaps);
    await using touch = await spawnTouch({ mib: 16, touchedMib: 11 });
    const place = touchPlace(touch);
    using monitor = new Monitor([touch.pid]);
    const [target] = monitor.collector.targets();
    expect(target).toMatchObject({ pid: touch.pid, comm: 'touch', ended: false });
    const { placement } = target!;
    expect(placement!.method).toBe('numa_maps');
    expect(new Map(placement!.nodes.map(({ nodeId, pages }) => [nodeId, pages]))).toEqual(
      book(touch.pid),
    );
    const region = placement!.mappings.find(({ address }) => address === place.address);
    const pages = region!.nodes.reduce((sum, node) => sum + node.pages, 0);
    expect(pages * region!.pageBytes).toBe(place.touchedBytes);
    expect(place.touchedBytes).toBe(11 * MIB);
    expect(region).toMatchObject({ kind: 'anonymous', policy: { mode: 'default' } });
  });

  it('sees where the threads run', async (context) => {
    skipUnless(context, numaMaps);
    await using touch = await spawnTouch({ mib: 1, cpu: 0 });
    using monitor = new Monitor([touch.pid]);
    const [target] = monitor.collector.targets();
    const nodeId = monitor.collector.host!.nodeOf(0);
    const thread = target!.threads.find(({ tid }) => tid === touch.tids[0]);
    expect(thread).toMatchObject({ cpu: 0, nodeId, allowedNodes: [nodeId] });
  });

  it('samples a process that is too big to be walked through, and says which share', async (context) => {
    skipUnless(context, numaMaps);
    await using touch = await spawnTouch({ mib: 16, touchedMib: 11 });
    const place = touchPlace(touch);
    const result = reader(100).read(touch.pid, 0);
    if (!result.ok) throw new Error(result.support.reason);
    const { placement } = result;
    expect(placement.method).toBe('sampled');
    // The workload maps far fewer pages than may be asked for: each of them was.
    const region = placement.mappings.find(({ address }) => address === place.address);
    const pages = region!.nodes.reduce((sum, node) => sum + node.pages, 0);
    expect(pages * PAGE).toBe(place.touchedBytes);
    expect(placement.seenFraction).toBeGreaterThan(0.9);
    const nodes = placement.nodes.map(({ nodeId }) => nodeId);
    expect(nodes).toEqual([...book(touch.pid).keys()].sort());
  });

  it('sees a share of evenly spread pages of a bigger one', async (context) => {
    skipUnless(context, numaMaps);
    await using touch = await spawnTouch({ mib: 64, touchedMib: 64 });
    const options = { procRoot: '/proc', exactPages: 100, pageBytes: PAGE };
    const few = new PlacementReader({ ...options, sampledPages: 1009, pageNodes: queryPageNodes });
    const result = few.read(touch.pid, 0);
    if (!result.ok) throw new Error(result.support.reason);
    const seen = result.placement.nodes.reduce((sum, { pages }) => sum + pages, 0);
    expect(seen).toBeLessThanOrEqual(1009);
    const place = touchPlace(touch);
    const region = result.placement.mappings.find(({ address }) => address === place.address);
    const share = region!.nodes[0]!.pages / (place.touchedBytes / PAGE);
    // All mappings are sampled alike, and nearly all pages are of this one.
    expect(share / result.placement.seenFraction).toBeGreaterThan(0.9);
    expect(share / result.placement.seenFraction).toBeLessThan(1.1);
    expect(result.placement.seenFraction).toBeLessThan(0.07);
  });

  it('keeps the last look at a process that has ended', async (context) => {
    skipUnless(context, numaMaps);
    const touch = await spawnTouch({ mib: 4, touchedMib: 4 });
    using monitor = new Monitor([touch.pid], { placementIntervalMs: 1, placementShare: 1 });
    const before = monitor.collector.targets()[0]!.placement!;
    await touch.dispose();
    monitor.collector.sample(monitor.session.clock.nowNs(), monitor.session.source.writer);
    const [target] = monitor.collector.targets();
    expect(target).toMatchObject({ ended: true, support: { ok: true } });
    expect(target!.placement!.nodes).toEqual(before.nodes);
    expect(monitor.collector.recommendations()).toEqual([]);
  });

  it('looks no more often than it may', async (context) => {
    skipUnless(context, numaMaps);
    await using touch = await spawnTouch({ mib: 4, touchedMib: 4 });
    using monitor = new Monitor([touch.pid], { placementIntervalMs: 3_600_000 });
    const first = monitor.collector.targets()[0]!.placement!.timestampNs;
    for (let i = 0; i < 100; i++) {
      monitor.collector.sample(monitor.session.clock.nowNs(), monitor.session.source.writer);
    }
    expect(monitor.collector.targets()[0]!.placement!.timestampNs).toBe(first);
  });

  it('is absent with the reason for a process that may not be looked at', async (context) => {
    skipUnless(context, numaMaps, needs.root);
    await using sleeper = await spawnSleeper({ count: 1 });
    process.seteuid!(65_534);
    try {
      expect(reader(1e6).read(sleeper.pid, 0)).toMatchObject({
        ok: false,
        support: { code: 'HFTMON_E_CAPABILITY_MISSING', remedy: expect.stringContaining('ptrace') },
      });
      expect(reader(0).read(sleeper.pid, 0)).toMatchObject({
        ok: false,
        support: { code: 'HFTMON_E_CAPABILITY_MISSING' },
      });
    } finally {
      process.seteuid!(0);
    }
  });
});
