import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  needs,
  sharingPlace,
  skipUnless,
  spawnSharing,
  spawnTouch,
  spawnWalk,
  touchPlace,
  walkPlace,
} from '../../src/index.js';

const LINE = 64n;

function memoryOf(pid: number, address: string, bytes: number): Buffer {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    expect(readSync(fd, buffer, 0, bytes, BigInt(address))).toBe(bytes);
    return buffer;
  } finally {
    closeSync(fd);
  }
}

const wordOf = (pid: number, address: string) =>
  Number(memoryOf(pid, address, 8).readBigUInt64LE(0));

const lineOf = (address: string) => BigInt(address) / LINE;

describe('sharing', () => {
  it('falsely: words of one line, each stored to by its thread alone', async () => {
    await using target = await spawnSharing({ threads: 4, iterations: 100_003 });
    const place = sharingPlace(target);
    const report = await target.go();
    expect(report.symbol).toBe('shared_line');
    expect(new Set(report.threads.map(({ address }) => address)).size).toBe(4);
    expect(BigInt(report.line) % LINE).toBe(0n);
    for (const [i, thread] of report.threads.entries()) {
      expect(thread).toMatchObject({ ...place.threads[i], iterations: 100_003, writes: true });
      expect(lineOf(thread.address)).toBe(lineOf(report.line));
      expect(wordOf(target.pid, thread.address)).toBe(100_003);
    }
    expect(target.tids).toEqual(report.threads.map(({ tid }) => tid));
  });

  it('not at all: lines of their own, two apart', async () => {
    await using target = await spawnSharing({ layout: 'padded', iterations: 1009 });
    const { threads, symbol } = await target.go();
    const [first, second] = threads;
    expect(symbol).toBe('padded_lines');
    expect(lineOf(second!.address) - lineOf(first!.address)).toBe(2n);
    for (const { address } of threads) expect(wordOf(target.pid, address)).toBe(1009);
  });

  it('truly: all the same word', async () => {
    await using target = await spawnSharing({ layout: 'true', iterations: 1009 });
    const { threads, line } = await target.go();
    expect(threads.map(({ address }) => address)).toEqual([line, line]);
    // Nothing keeps an update of one from being lost to the other.
    expect(wordOf(target.pid, line)).toBeGreaterThanOrEqual(1009);
    expect(wordOf(target.pid, line)).toBeLessThanOrEqual(2 * 1009);
  });

  it('both ways: a word each, and one of all, in one line', async () => {
    await using target = await spawnSharing({ layout: 'mixed', threads: 3, iterations: 1009 });
    const { threads, line } = await target.go();
    expect(new Set(threads.map(({ commonAddress }) => commonAddress)).size).toBe(1);
    for (const { address, commonAddress } of threads) {
      expect(wordOf(target.pid, address)).toBe(1009);
      expect(commonAddress).not.toBe(address);
      expect(lineOf(commonAddress!)).toBe(lineOf(line));
    }
  });

  it('has readers that store nothing', async () => {
    await using target = await spawnSharing({ writers: 1, iterations: 1009 });
    const { threads } = await target.go();
    expect(threads.map(({ writes }) => writes)).toEqual([true, false]);
    expect(threads.map(({ address }) => wordOf(target.pid, address))).toEqual([1009, 0]);
    const mixed = spawnSharing({ layout: 'mixed', writers: 1 });
    await expect(mixed).rejects.toThrow('every thread writes');
  });

  it('goes on until it is stopped, each thread on its CPU', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnSharing();
    target.begin();
    await target.running();
    for (const { address } of sharingPlace(target).threads) {
      await expect.poll(() => wordOf(target.pid, address)).toBeGreaterThan(0);
    }
    const { threads } = await target.stop();
    expect(new Set(threads.map(({ cpu }) => cpu)).size).toBe(2);
    for (const { iterations, address } of threads) {
      expect(iterations).toBeGreaterThan(0);
      expect(wordOf(target.pid, address)).toBe(iterations);
    }
  });
});

describe('touch', () => {
  it('has pages where it touched, and uses the hot part as often as it says', async () => {
    await using target = await spawnTouch({
      mib: 8,
      touchedMib: 3,
      hotMib: 1,
      hotAtMib: 2,
      durationMs: 50,
    });
    const { address, bytes, touchedBytes } = touchPlace(target);
    expect({ bytes, touchedBytes }).toEqual({ bytes: 8 << 20, touchedBytes: 3 << 20 });
    expect(rssOf(target.pid, address)).toBe(touchedBytes);
    const firstByte = memoryOf(target.pid, address, 1)[0]!;
    const before = wordOf(target.pid, touchPlace(target).hotAddress);
    const report = await target.go();
    expect(rssOf(target.pid, address)).toBe(touchedBytes);
    expect(report.passes).toBeGreaterThan(0);
    expect(wordOf(target.pid, report.hotAddress) - before).toBe(report.passes);
    expect(report.accesses).toBe((report.passes * 2 * report.hotBytes) / 64);
    expect(BigInt(report.hotAddress) - BigInt(address)).toBe(2n << 20n);
    expect(memoryOf(target.pid, address, 1)[0]).toBe(firstByte);
  });
});

describe('walk', () => {
  it('goes through every line of the region before it comes back', async () => {
    await using target = await spawnWalk({ mib: 1, durationMs: 50 });
    const { address, bytes, loadAddress } = walkPlace(target);
    const memory = memoryOf(target.pid, address, bytes);
    const first = BigInt(address);
    let at = first;
    let steps = 0;
    do {
      at = memory.readBigUInt64LE(Number(at - first));
      steps++;
    } while (at !== first && steps <= bytes / 64);
    expect(steps).toBe(bytes / 64);
    const report = await target.go();
    expect(report.loads).toBeGreaterThan(0);
    expect(report.loadAddress).toBe(loadAddress);
    // REX.W mov r64, (r64)
    if (process.arch === 'x64') {
      expect([...memoryOf(target.pid, loadAddress, 2)]).toEqual([0x48, 0x8b]);
    }
  });
});

/** Rss of the mapping that begins there, bytes. */
function rssOf(pid: number, address: string): number {
  const smaps = readFileSync(`/proc/${pid}/smaps`, 'utf8');
  const start = smaps.indexOf(`${address.slice(2)}-`);
  expect(start).toBeGreaterThanOrEqual(0);
  return Number(/^Rss:\s+(\d+) kB/m.exec(smaps.slice(start))![1]) * 1024;
}
