import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { parseDistances, readNumaHost } from '../../../src/host/numa-host.js';
import {
  AMD_NPS2,
  ARM_WITH_CXL,
  INTEL_TWO_SOCKETS,
  SINGLE_NODE_VM,
  writeFakeNodes,
  type FakeNode,
} from '../../support/fake-nodes.js';

function hostOf(nodes: readonly FakeNode[]) {
  using roots = new FakeRoots();
  writeFakeNodes(roots, nodes);
  return readNumaHost(roots.sysRoot);
}

describe('the nodes of a host', () => {
  it('are those of two sockets, with distances and what the HMAT says of the nearest CPUs', () => {
    const host = hostOf(INTEL_TWO_SOCKETS);
    expect(host.nodes.map(({ id, cpus }) => [id, cpus.length])).toEqual([
      [0, 8],
      [1, 8],
    ]);
    expect(host.memoryNodes).toEqual([0, 1]);
    expect([host.nodeOf(3), host.nodeOf(12), host.nodeOf(99)]).toEqual([0, 1, undefined]);
    expect(host.distanceRatio(0, 1)).toBe(2);
    expect(host.distanceRatio(1, 1)).toBe(1);
    expect(host.nodes[0]!.memory).toEqual({
      totalBytes: 64 * 2 ** 30,
      freeBytes: 32 * 2 ** 30,
      reclaimableBytes: 2 ** 20,
    });
    expect(host.nodes[0]!.performance).toEqual(
      [0, 1].map((accessClass) => ({
        accessClass,
        initiators: [0],
        readLatencyNs: 80,
        writeLatencyNs: 80,
        readBandwidthMbPerSec: 160_000,
      })),
    );
  });

  it('may be two of one package', () => {
    const host = hostOf(AMD_NPS2);
    expect(host.distanceRatio(0, 1)).toBeCloseTo(1.2);
    expect(host.nodes[0]!.performance).toEqual([]);
  });

  it('may have memory and no CPU', () => {
    const host = hostOf(ARM_WITH_CXL);
    expect(host.nodes[1]!.cpus).toEqual([]);
    expect(host.memoryNodes).toEqual([0, 1]);
    expect(host.nodes[1]!.performance[0]).toMatchObject({ initiators: [0], readLatencyNs: 250 });
  });

  it('may have CPUs and no memory', () => {
    const bare = { cpus: '4-7', totalKb: 0, freeKb: 0, distances: [20, 10] };
    expect(hostOf([INTEL_TWO_SOCKETS[0]!, bare]).memoryNodes).toEqual([0]);
  });

  it('is one in a virtual machine, and none without NUMA', () => {
    expect(hostOf(SINGLE_NODE_VM).nodes).toHaveLength(1);
    using roots = new FakeRoots();
    expect(readNumaHost(roots.sysRoot)).toMatchObject({ nodes: [], memoryNodes: [] });
  });
});

describe('distances', () => {
  it('are unknown when they do not match the nodes', () => {
    expect(parseDistances('10 21', [0, 1])).toEqual(
      new Map([
        [0, 10],
        [1, 21],
      ]),
    );
    for (const text of ['', '10', '10 21 31', '10 x']) {
      expect(parseDistances(text, [0, 1]).size).toBe(0);
    }
  });

  it('belong to the nodes that are online', () => {
    expect([...parseDistances('10 21', [0, 2])]).toEqual([
      [0, 10],
      [2, 21],
    ]);
  });
});
