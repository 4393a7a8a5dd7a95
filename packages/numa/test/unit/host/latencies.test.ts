import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { interSocketOverhead } from '../../../src/accesses/overhead.js';
import { parseHmat } from '../../../src/host/acpi-hmat.js';
import { parseSrat } from '../../../src/host/acpi-srat.js';
import { firmwareLatencies } from '../../../src/host/firmware-latencies.js';
import {
  bestLatencies,
  listedLatencies,
  publishedLatencies,
} from '../../../src/host/latency-matrix.js';
import { readNumaHost } from '../../../src/host/numa-host.js';
import { present, unsupported } from '../../../src/support/absent.js';
import { hmat, srat } from '../../support/acpi-tables.js';
import {
  ARM_WITH_CXL,
  INTEL_TWO_SOCKETS,
  writeFakeNodes,
  type FakeNode,
} from '../../support/fake-nodes.js';

const GIB = 2 ** 30;
const LATENCIES = {
  unit: 1000,
  initiators: [5, 9],
  targets: [5, 9],
  entries: [80, 140, 139, 0xffff],
};

function hostOf(nodes: readonly FakeNode[]) {
  using roots = new FakeRoots();
  writeFakeNodes(roots, nodes);
  return readNumaHost(roots.sysRoot);
}

describe('the HMAT of the firmware', () => {
  it('has a latency for each pair that it knows', () => {
    expect(parseHmat(hmat(LATENCIES))).toEqual([
      { initiator: 5, target: 5, readNs: 80 },
      { initiator: 5, target: 9, readNs: 140 },
      { initiator: 9, target: 5, readNs: 139 },
    ]);
  });

  it('counts tenths of ns in its first revision', () => {
    const [first] = parseHmat(hmat({ ...LATENCIES, revision: 1, unit: 10 }));
    expect(first!.readNs).toBe(80);
  });

  it('also tells what is no read latency of memory, which is left out', () => {
    expect(parseHmat(hmat({ ...LATENCIES, dataType: 4 }))).toEqual([]);
    expect(parseHmat(hmat({ ...LATENCIES, flags: 1 }))).toEqual([]);
  });

  it('is empty when it is cut short, or something else', () => {
    const whole = hmat(LATENCIES);
    for (const bytes of [0, 39, 44, 90, whole.length - 1]) {
      expect(parseHmat(whole.subarray(0, bytes))).toEqual([]);
    }
    expect(parseHmat(srat([]))).toEqual([]);
  });
});

describe('the SRAT of the firmware', () => {
  it('has the memory of each domain that is there', () => {
    const ranges = [
      { domain: 5, base: 0, bytes: GIB },
      { domain: 9, base: 4 * GIB, bytes: GIB },
    ];
    const absent = { domain: 7, base: 8 * GIB, bytes: GIB, enabled: false };
    expect(parseSrat(srat([...ranges, absent]))).toEqual(ranges);
    expect(parseSrat(srat(ranges).subarray(0, 70))).toEqual([]);
    expect(parseSrat(Buffer.alloc(0))).toEqual([]);
  });
});

describe('latencies between nodes', () => {
  it('are those of the firmware, with its domains found by their memory', () => {
    using roots = new FakeRoots();
    writeFakeNodes(roots, INTEL_TWO_SOCKETS);
    const tables = `${roots.sysRoot}/firmware/acpi/tables`;
    mkdirSync(tables, { recursive: true });
    writeFileSync(`${tables}/HMAT`, hmat(LATENCIES));
    const memory = [
      { domain: 9, base: 0, bytes: GIB },
      { domain: 5, base: 4 * GIB, bytes: GIB },
    ];
    writeFileSync(`${tables}/SRAT`, srat(memory));
    roots.write('sys/devices/system/memory/block_size_bytes', '8000000\n');
    roots.write('sys/devices/system/node/node0/memory0/x', '');
    roots.write('sys/devices/system/node/node1/memory32/x', '');
    const { readNs } = firmwareLatencies(readNumaHost(roots.sysRoot), roots.sysRoot);
    // Domain 9 is node 0, and domain 5 is node 1.
    expect([readNs(1, 1), readNs(1, 0), readNs(0, 1), readNs(0, 0)]).toEqual([
      80,
      140,
      139,
      undefined,
    ]);
    roots.write('sys/devices/system/node/node1/memory0/x', '');
    const shared = firmwareLatencies(readNumaHost(roots.sysRoot), roots.sysRoot);
    expect(shared.readNs(1, 0), 'a block of two nodes').toBeUndefined();
  });

  it('are none without tables', () => {
    using roots = new FakeRoots();
    const host = hostOf(INTEL_TWO_SOCKETS);
    expect(firmwareLatencies(host, roots.sysRoot).readNs(0, 1)).toBeUndefined();
  });

  it('are of the first source that knows a remote one', () => {
    const host = hostOf(INTEL_TWO_SOCKETS);
    const published = publishedLatencies(host);
    expect([published.readNs(0, 0), published.readNs(0, 1)]).toEqual([80, undefined]);
    const measured = listedLatencies('measured', [{ from: 0, to: 1, readNs: 140 }]);
    const local = listedLatencies('local', [{ from: 0, to: 0, readNs: 70 }]);
    expect(bestLatencies(host, [local, measured, published]).source).toBe('measured');
    expect(bestLatencies(host, [local, published])).toBe(published);
  });
});

describe('overhead of remote accesses', () => {
  const counted = { value: 1_000_003, support: present('hardware', 'PMU') };

  it('is their number times the difference of the latencies', () => {
    const host = hostOf(ARM_WITH_CXL);
    const overhead = interSocketOverhead(host, publishedLatencies(host), 0, counted);
    expect(overhead.value).toBeCloseTo((1_000_003 * (250 - 90)) / 1000, 6);
    expect(overhead.support).toMatchObject({
      ok: true,
      degraded: expect.stringMatching(/at most/),
    });
  });

  it('is absent when one latency is unknown', () => {
    const host = hostOf(INTEL_TWO_SOCKETS);
    const overhead = interSocketOverhead(host, publishedLatencies(host), 0, counted);
    expect(overhead.value).toBeUndefined();
    expect(overhead.support).toMatchObject({ reason: expect.stringContaining('node 0 to node 1') });
  });

  it('is absent when accesses are not counted, or may have gone to several nodes', () => {
    const host = hostOf(ARM_WITH_CXL);
    const none = { value: undefined, support: unsupported('no PMU', 'bare metal') };
    expect(interSocketOverhead(host, publishedLatencies(host), 0, none)).toEqual(none);
    const three = hostOf([
      ...INTEL_TWO_SOCKETS.map((node) => ({ ...node, distances: [...node.distances, 30] })),
      { ...ARM_WITH_CXL[1]!, distances: [30, 30, 10] },
    ]);
    const overhead = interSocketOverhead(three, publishedLatencies(three), 0, counted);
    expect(overhead.support).toMatchObject({ reason: expect.stringContaining('2 other nodes') });
  });
});
