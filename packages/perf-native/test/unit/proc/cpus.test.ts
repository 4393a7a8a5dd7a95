import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  formatCpuList,
  parseCpuList,
  readCpuLists,
  readNumaTopology,
} from '../../../src/proc/cpus.js';

describe('formatCpuList', () => {
  it.each(['', '7', '0-1', '0-3,8', '1,3,5-6'])('writes %j as the kernel does', (text) =>
    expect(formatCpuList(parseCpuList(text))).toBe(text),
  );
});

describe('parseCpuList', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['(null)\n', []],
    ['0\n', [0]],
    ['0-3\n', [0, 1, 2, 3]],
    ['8,0-1,4-5', [0, 1, 4, 5, 8]],
    ['0-2,1-3', [0, 1, 2, 3]],
    ['0-7:2/4', [0, 1, 4, 5]],
    ['3-3', [3]],
  ])('reads %j', (text, cpus) => expect(parseCpuList(text)).toEqual(cpus));

  it.each(['a', '1-', '-1', '3-1', '1,,2', '0-99999999', '0-7:3/2', '0-7:0/2', '0x1'])(
    'refuses %j',
    (text) => expect(() => parseCpuList(text)).toThrow(RangeError),
  );
});

describe('CPU lists and NUMA nodes', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-'))));
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (path: string, text: string) => {
    const file = join(root, 'devices/system', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  };

  it('reads the lists; a missing file is an empty list', () => {
    put('cpu/online', '0-7\n');
    put('cpu/isolated', '2-3\n');
    expect(readCpuLists(root)).toEqual({
      online: [0, 1, 2, 3, 4, 5, 6, 7],
      isolated: [2, 3],
      nohzFull: [],
    });
  });

  it('knows the node of each CPU', () => {
    put('node/node10/cpulist', '4-7\n');
    put('node/node0/cpulist', '0-3\n');
    put('node/node2/cpulist', '\n');
    put('node/online', '0,2,10\n');
    const topology = readNumaTopology(root);
    expect(topology.nodes).toEqual([
      { id: 0, cpus: [0, 1, 2, 3] },
      { id: 2, cpus: [] },
      { id: 10, cpus: [4, 5, 6, 7] },
    ]);
    expect([0, 3, 4, 8].map((cpu) => topology.nodeOf(cpu))).toEqual([0, 0, 10, undefined]);
  });

  it('has no nodes on a kernel without NUMA', () => {
    expect(readNumaTopology(root).nodes).toEqual([]);
    expect(readNumaTopology(root).nodeOf(0)).toBeUndefined();
  });
});
