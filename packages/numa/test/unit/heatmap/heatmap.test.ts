import { describe, expect, it } from 'vitest';
import { heatmapOf } from '../../../src/heatmap/heatmap.js';
import { placementCells } from '../../../src/heatmap/placement-cells.js';
import { sampleCells } from '../../../src/heatmap/sample-cells.js';
import type { HeatmapResolution } from '../../../src/heatmap/types.js';
import { parseNumaMaps } from '../../../src/placement/numa-maps.js';
import type { PageNodes } from '../../../src/placement/page-nodes.js';
import { present } from '../../../src/support/absent.js';
import { placementOf } from '../../../src/placement/process-placement.js';
import { AccessSamples } from '../../../src/samples/access-samples.js';

const PAGE = 0x7f00_0000_0000;
const FAR = PAGE + 4096;
const GONE = PAGE + 2 * 4096;

/** The first page is on node 0, the second on node 1, the third is in memory no more. */
const pageNodes: PageNodes = (_pid, addresses, nodes) => {
  addresses.forEach((address, i) => {
    nodes[i] = address === PAGE ? 0 : address === FAR ? 1 : -2;
  });
};

function samples(grainBytes = 64): AccessSamples {
  const set = new AccessSamples({ grainBytes, pageBytes: 4096, capacity: 1024 });
  const add = (count: number, address: number, tid: number, node: number) => {
    for (let i = 0; i < count; i++) set.add('cpu_clock_samples', address, tid, node);
  };
  add(11, PAGE + 8, 7, 0);
  add(3, PAGE + 72, 8, 0);
  add(5, FAR + 200, 7, 0);
  add(2, FAR + 200, 8, 1);
  add(13, GONE, 7, 0);
  return set;
}

function located(grainBytes?: number): AccessSamples {
  const set = samples(grainBytes);
  set.locate(4242, pageNodes);
  return set;
}

const FROM = { support: present('procfs', 'test'), measured: true };
const cells = (set: AccessSamples, resolution: HeatmapResolution) => ({
  ...FROM,
  ...sampleCells(set, {
    pid: 4242,
    resolution,
    pageBytes: 4096,
    commOf: (tid) => (tid === 7 ? 'engine' : undefined),
  }),
});

describe('sampled accesses', () => {
  it('are local or remote by the node of the page and of the CPU', () => {
    const set = located();
    expect(set.accessesFrom(0)).toEqual({ local: 14, remote: 5, unknown: 13 });
    expect(set.accessesFrom(1)).toEqual({ local: 2, remote: 0, unknown: 0 });
    expect(set.evicted).toBe(0);
  });

  it('are unknown before anybody asked where the pages are, and absent without samples', () => {
    expect(samples().accessesFrom(0)).toEqual({ local: 0, remote: 0, unknown: 32 });
    const empty = new AccessSamples({ grainBytes: 64, pageBytes: 4096, capacity: 64 });
    expect(empty.accessesFrom(0)).toBeUndefined();
  });

  it('are of the best source', () => {
    const set = located();
    set.add('pmu_samples', PAGE, 9, 1);
    expect(set.source).toBe('pmu_samples');
    expect(set.accessesFrom(1)).toEqual({ local: 0, remote: 1, unknown: 0 });
  });
});

describe('a heatmap of samples', () => {
  it('has lines, pages or nodes, each with its threads', () => {
    const of = (resolution: HeatmapResolution, nodeId: number) =>
      heatmapOf(nodeId, resolution, [cells(located(), resolution)]);
    expect(of('cache_line', 0)).toMatchObject({
      grain: 'cache_line',
      source: 'cpu_clock_samples',
      weightWithoutNode: 13,
      cells: [
        {
          address: '0x7f0000000000',
          bytes: 64,
          weight: 11,
          threads: [{ tid: 7, comm: 'engine', weight: 11 }],
        },
        { address: '0x7f0000000040', bytes: 64, weight: 3, threads: [{ tid: 8, weight: 3 }] },
      ],
    });
    expect(of('page', 0).cells).toMatchObject([{ bytes: 4096, weight: 14 }]);
    expect(of('page', 1).cells).toMatchObject([
      {
        address: '0x7f0000001000',
        weight: 7,
        threads: [
          { tid: 7, weight: 5 },
          { tid: 8, weight: 2 },
        ],
      },
    ]);
    const [node] = of('node', 1).cells;
    expect(node).toMatchObject({ grain: 'node', weight: 7 });
    expect(node).not.toHaveProperty('address');
  });

  it('is never finer than the samples', () => {
    const map = heatmapOf(0, 'cache_line', [cells(located(4096), 'cache_line')]);
    expect(map).toMatchObject({ resolution: 'cache_line', grain: 'page' });
    expect(map.cells).toMatchObject([{ bytes: 4096, grain: 'page', weight: 14 }]);
  });

  it('says how many samples made room for hotter places', () => {
    const set = new AccessSamples({ grainBytes: 64, pageBytes: 4096, capacity: 16 });
    for (let i = 0; i < 101; i++) {
      set.add('pmu_samples', PAGE, 7, 0);
      set.add('pmu_samples', PAGE + 64 * (i + 1), 7, 0);
    }
    set.locate(4242, (_pid, addresses, nodes) => nodes.fill(0, 0, addresses.length));
    const map = heatmapOf(0, 'cache_line', [cells(set, 'cache_line')]);
    const weight = map.cells.reduce((sum, cell) => sum + cell.weight, 0);
    expect(map.cells[0]).toMatchObject({ weight: 101 });
    expect(weight + map.weightEvicted).toBe(202);
    expect(map.weightEvicted).toBeGreaterThan(80);
  });

  it('lists so many cells, and says how many it left out', () => {
    const set = new AccessSamples({ grainBytes: 64, pageBytes: 4096, capacity: 8192 });
    for (let i = 0; i < 1031; i++) set.add('pmu_samples', PAGE + 64 * i, 7, 0);
    set.locate(4242, (_pid, addresses, nodes) => nodes.fill(0, 0, addresses.length));
    const map = heatmapOf(0, 'cache_line', [cells(set, 'cache_line')]);
    expect([map.cells.length, map.cellsLeftOut]).toEqual([1024, 7]);
  });
});

describe('a heatmap of placement', () => {
  const placement = placementOf({
    pid: 4242,
    timestampNs: 0,
    method: 'numa_maps',
    seenFraction: 1,
    mappings: parseNumaMaps(
      '7f0000000000 default anon=7 N0=5 N1=2 kernelpagesize_kB=4\n7f0100000000 default anon=3 N0=3 kernelpagesize_kB=4\n',
    ),
  });
  const of = (resolution: HeatmapResolution) =>
    heatmapOf(0, resolution, [
      { ...FROM, ...placementCells(placement, resolution), method: 'numa_maps' },
    ]);

  it('has whole mappings when lines or pages are asked for', () => {
    for (const resolution of ['cache_line', 'page'] as const) {
      expect(of(resolution)).toMatchObject({
        resolution,
        grain: 'mapping',
        source: 'placement',
        method: 'numa_maps',
        cells: [
          { address: '0x7f0000000000', weight: 5, weightUnit: 'pages', threads: [] },
          { address: '0x7f0100000000', weight: 3 },
        ],
      });
    }
  });

  it('has one cell per process for a node', () => {
    expect(of('node').cells).toMatchObject([{ grain: 'node', weight: 8, weightUnit: 'pages' }]);
  });

  it('is empty without a source', () => {
    const empty = heatmapOf(0, 'page', []);
    expect(empty).toEqual({
      resolution: 'page',
      cells: [],
      cellsLeftOut: 0,
      weightWithoutNode: 0,
      weightEvicted: 0,
    });
  });
});
