import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnTouch, spawnWalk, touchPlace, walkPlace } from '@hftmon/testkit';
import { PAGE_STATUS, queryPageNodes, readProcessMemory } from '../../../src/index.js';

const PAGE = 4096;

/** Reads ranges; `whole` of them completely. */
function read(pid: number, addresses: readonly number[], lengths: readonly number[]) {
  const results = new Int32Array(addresses.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const whole = readProcessMemory(
    pid,
    Float64Array.from(addresses),
    Uint32Array.from(lengths),
    bytes,
    results,
  );
  return { whole, results: [...results], bytes };
}

describe('memory of another process', () => {
  it('is read as it is: each touched page begins with its number', async () => {
    await using target = await spawnTouch();
    const { address, touchedBytes } = touchPlace(target);
    const pages = touchedBytes / PAGE;
    const addresses = Array.from({ length: pages }, (_, i) => Number(address) + i * PAGE);
    const { whole, results, bytes } = read(
      target.pid,
      addresses,
      addresses.map(() => 1),
    );
    expect(pages).toBe(2048);
    expect(whole).toBe(pages);
    expect(results.every((result) => result === 1)).toBe(true);
    expect([...bytes]).toEqual(addresses.map((_, i) => i & 0xff));
  });

  it('is read in ranges of any length, each to its place', async () => {
    await using target = await spawnWalk({ mib: 1 });
    const { loadAddress } = walkPlace(target);
    const program = readFileSync(`/proc/${target.pid}/exe`);
    const code = Number(loadAddress);
    const { whole, results, bytes } = read(target.pid, [code, code + 2, code], [16, 0, 5]);
    expect({ whole, results }).toEqual({ whole: 3, results: [16, 0, 5] });
    expect([...bytes.subarray(16)]).toEqual([...bytes.subarray(0, 5)]);
    expect(program.includes(Buffer.from(bytes.subarray(0, 16)))).toBe(true);
  });

  it('that is not there is told range by range', async () => {
    await using target = await spawnTouch();
    const { address, bytes: size } = touchPlace(target);
    const first = Number(address);
    const end = endOfMapping(target.pid, first);
    expect(end).toBe(first + size);
    const { whole, results, bytes } = read(
      target.pid,
      [8, first, end - 24, end, first + PAGE, 2 ** 60, -8, NaN, 0, first + 2 * PAGE],
      [8, 8, 100, 8, 8, 8, 8, 8, 8, 1],
    );
    expect(whole).toBe(3);
    expect(results).toEqual([-14, 8, 24, -14, 8, -14, -14, -14, -14, 1]);
    // Every range is where it would be had all been read.
    expect(bytes[8 + 8 + 100 + 8]).toBe(1);
    expect(bytes.at(-1)).toBe(2);
  });

  it('is read as a whole where it is more than one system call copies', async (context) => {
    skipUnless(context, () => (freemem() > 4 * 2 ** 30 ? undefined : 'needs 4 GiB of free memory'));
    await using target = await spawnTouch();
    const { address, touchedBytes } = touchPlace(target);
    const count = 2 ** 31 / touchedBytes;
    const addresses = Array.from({ length: count }, () => Number(address));
    const lengths = addresses.map(() => touchedBytes);
    const { whole, results, bytes } = read(target.pid, addresses, lengths);
    expect(whole).toBe(count);
    expect(new Set(results)).toEqual(new Set([touchedBytes]));
    // The first byte of the last page is its number.
    expect(bytes[2 ** 31 - PAGE]).toBe((touchedBytes / PAGE - 1) & 0xff);
  });

  it('is not read in ranges longer than one system call copies', () => {
    const into = { byteLength: 0, length: Infinity } as unknown as Uint8Array;
    const lengths = Uint32Array.of(0x7ffff001);
    expect(() =>
      readProcessMemory(process.pid, Float64Array.of(4096), lengths, into, new Int32Array(1)),
    ).toThrow(expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }));
  });

  it('is not read by those who give too little room', () => {
    const one = Float64Array.of(4096);
    const attempts = [
      () =>
        readProcessMemory(
          process.pid,
          one,
          new Uint32Array(0),
          new Uint8Array(8),
          new Int32Array(1),
        ),
      () =>
        readProcessMemory(
          process.pid,
          one,
          Uint32Array.of(8),
          new Uint8Array(7),
          new Int32Array(1),
        ),
      () =>
        readProcessMemory(
          process.pid,
          one,
          Uint32Array.of(8),
          new Uint8Array(8),
          new Int32Array(0),
        ),
      () => queryPageNodes(process.pid, one, new Int32Array(0)),
    ];
    for (const attempt of attempts) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }));
    }
  });

  it('is gone with the process', async () => {
    const target = await spawnTouch();
    const { address } = touchPlace(target);
    await target.dispose();
    const gone = expect.objectContaining({ code: 'HFTMON_E_PROCESS_NOT_FOUND' });
    expect(() => read(target.pid, [Number(address)], [8])).toThrow(gone);
    const nodes = new Int32Array(1);
    expect(() => queryPageNodes(target.pid, Float64Array.of(Number(address)), nodes)).toThrow(gone);
    expect(() => queryPageNodes(0, Float64Array.of(Number(address)), nodes)).toThrow(gone);
  });
});

describe('the node of a page', () => {
  it('is known for those that were touched, and only for those', async (context) => {
    skipUnless(context, needs.file('/proc/self/numa_maps'));
    await using target = await spawnTouch();
    const { address, bytes, touchedBytes } = touchPlace(target);
    const first = Number(address);
    const pages = Float64Array.from({ length: bytes / PAGE }, (_, i) => first + i * PAGE + 123);
    const nodes = new Int32Array(pages.length);
    expect(queryPageNodes(target.pid, pages, nodes)).toBe(touchedBytes / PAGE);
    const perNode = new Map<number, number>();
    for (const [i, node] of nodes.entries()) {
      if (i < touchedBytes / PAGE) perNode.set(node, (perNode.get(node) ?? 0) + 1);
      else expect(node).toBe(PAGE_STATUS.absent);
    }
    expect(Object.fromEntries(perNode)).toEqual(numaMap(target.pid, first));
  });

  it('is not known where nothing is mapped', async () => {
    await using target = await spawnTouch();
    const { address } = touchPlace(target);
    const nodes = new Int32Array(4);
    const asked = Float64Array.of(8, Number(address), 2 ** 60, NaN);
    expect(queryPageNodes(target.pid, asked, nodes)).toBe(1);
    expect(nodes[0]).toBe(PAGE_STATUS.unmapped);
    expect(nodes[1]).toBeGreaterThanOrEqual(0);
    expect([...nodes.subarray(2)]).toEqual([PAGE_STATUS.unmapped, PAGE_STATUS.unmapped]);
  });
});

function endOfMapping(pid: number, address: number): number {
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [start = NaN, end = NaN] = line
      .split(' ')[0]!
      .split('-')
      .map((hex) => parseInt(hex, 16));
    if (address >= start && address < end) return end;
  }
  throw new Error('not mapped');
}

/** Pages per node of the mapping that begins there, as the kernel counts them. */
function numaMap(pid: number, start: number): Record<string, number> {
  const line = readFileSync(`/proc/${pid}/numa_maps`, 'utf8')
    .split('\n')
    .find((each) => parseInt(each.split(' ')[0]!, 16) === start);
  const counts = [...(line ?? '').matchAll(/\bN(\d+)=(\d+)/g)];
  return Object.fromEntries(counts.map(([, node, pages]) => [node!, Number(pages)]));
}
