import { describe, expect, it } from 'vitest';
import { createError } from '@hftmon/core';
import { FakeRoots } from '@hftmon/testkit';
import type { PageNodes } from '../../../src/placement/page-nodes.js';
import { PlacementReader } from '../../../src/placement/placement-reader.js';

const PID = 4242;
const NUMA_MAPS = `7f0000000000 default anon=7 dirty=7 N0=5 N1=2 kernelpagesize_kB=4
7f0000100000 bind:1 huge anon=3 dirty=3 N1=3 kernelpagesize_kB=2048
7f0001000000 default
`;
const MAPS = `7f0000000000-7f0000064000 rw-p 00000000 00:00 0
7f0000100000-7f0000101000 r--p 00000000 00:00 0 [vvar]
7f0000200000-7f0000264000 rw-p 00000000 00:00 0 [heap]
`;

function reader(roots: FakeRoots, options: { exactPages?: number; pageNodes?: PageNodes } = {}) {
  return new PlacementReader({
    procRoot: roots.procRoot,
    exactPages: options.exactPages ?? 1000,
    sampledPages: 50,
    pageBytes: 4096,
    pageNodes: options.pageNodes,
  });
}

function roots(residentPages: number): FakeRoots {
  return new FakeRoots().write(
    `proc/${PID}/status`,
    `Name:\tx\nVmRSS:\t ${4 * residentPages} kB\n`,
  );
}

/** Pages of the first mapping are on node 0, the others on node 1; odd ones are not in memory. */
const alternating: PageNodes = (_pid, addresses, nodes) => {
  addresses.forEach((address, i) => {
    const page = address / 4096;
    nodes[i] = page % 2 === 1 ? -2 : address < 0x7f0000100000 ? 0 : 1;
  });
};

describe('placement of a process', () => {
  it('sums up its mappings', () => {
    using host = roots(100).write(`proc/${PID}/numa_maps`, NUMA_MAPS);
    const result = reader(host).read(PID, 77);
    expect(result).toMatchObject({
      ok: true,
      placement: {
        pid: PID,
        timestampNs: 77,
        method: 'numa_maps',
        seenFraction: 1,
        nodes: [
          { nodeId: 0, pages: 5, bytes: 5 * 4096 },
          { nodeId: 1, pages: 5, bytes: 2 * 4096 + 3 * 2 ** 21 },
        ],
        mappingsLeftOut: 0,
      },
    });
    if (!result.ok) return;
    expect(result.placement.mappings.map(({ address }) => address)).toEqual([
      '0x7f0000100000',
      '0x7f0000000000',
    ]);
  });

  it('lists only the biggest mappings, and says how many it left out', () => {
    const lines = Array.from(
      { length: 71 },
      (_, i) =>
        `7f00000${(i + 16).toString(16)}000 default anon=${i + 1} N0=${i + 1} kernelpagesize_kB=4`,
    );
    using host = roots(100).write(`proc/${PID}/numa_maps`, lines.join('\n'));
    const result = reader(host).read(PID, 0);
    if (!result.ok) throw new Error(result.support.reason);
    const { mappings, mappingsLeftOut, nodes } = result.placement;
    expect([mappings.length, mappingsLeftOut]).toEqual([64, 7]);
    expect(mappings[0]!.nodes[0]!.pages).toBe(71);
    expect(nodes).toEqual([{ nodeId: 0, pages: (71 * 72) / 2, bytes: 71 * 36 * 4096 }]);
  });

  it('asks for evenly spread pages of a big one, and says which share it saw', () => {
    using host = roots(1001).write(`proc/${PID}/maps`, MAPS);
    const result = reader(host, { pageNodes: alternating }).read(PID, 0);
    if (!result.ok) throw new Error(result.support.reason);
    // 200 pages in steps of 4: 50 asked for, all of them even.
    expect(result.placement).toMatchObject({
      method: 'sampled',
      seenFraction: 50 / 1001,
      nodes: [
        { nodeId: 0, pages: 25 },
        { nodeId: 1, pages: 25 },
      ],
    });
    expect(result.placement.mappings.map(({ kind }) => kind)).toEqual(['anonymous', 'heap']);
    for (const mapping of result.placement.mappings) {
      expect(mapping, 'a sample does not know the policy').not.toHaveProperty('policy');
    }
  });

  it('does not walk through a big one when it cannot ask', () => {
    using host = roots(1001).write(`proc/${PID}/numa_maps`, NUMA_MAPS);
    expect(reader(host).read(PID, 0)).toMatchObject({
      ok: false,
      support: { code: 'HFTMON_E_UNSUPPORTED', remedy: expect.stringContaining('exactPages') },
    });
  });

  it('is absent with the reason when the process has ended', () => {
    using gone = new FakeRoots();
    const ended = { ok: false, support: { code: 'HFTMON_E_PROCESS_NOT_FOUND' } };
    expect(reader(gone).read(PID, 0)).toMatchObject(ended);
    using zombie = roots(0).write(`proc/${PID}/numa_maps`, '');
    expect(reader(zombie).read(PID, 0)).toMatchObject(ended);
  });

  it('is absent with the reason on a kernel without NUMA', () => {
    using host = roots(10);
    expect(reader(host).read(PID, 0)).toMatchObject({
      ok: false,
      support: { reason: expect.stringContaining('CONFIG_NUMA') },
    });
  });

  it('passes on why pages cannot be asked for', () => {
    using host = roots(1001).write(`proc/${PID}/maps`, MAPS);
    const pageNodes: PageNodes = () => {
      throw createError('HFTMON_E_NOT_PERMITTED', { operation: 'move_pages', detail: 'EPERM' });
    };
    expect(reader(host, { pageNodes }).read(PID, 0)).toMatchObject({
      ok: false,
      support: {
        code: 'HFTMON_E_NOT_PERMITTED',
        reason: expect.not.stringContaining('Remedy'),
        remedy: expect.stringContaining('root'),
      },
    });
  });
});
