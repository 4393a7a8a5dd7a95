import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingDirectory, inspectProcess, type HoldFile } from '../../../src/index.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'hftmon-recordings-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Files that somebody holds. */
const held = new Set<string>();
beforeEach(() => held.clear());

const hold: HoldFile = (path) => {
  if (held.has(path)) return 'held';
  if (!existsSync(path)) return 'gone';
  held.add(path);
  return { release: () => void held.delete(path) };
};

const MANY = { maxFiles: 100, maxBytes: 1e9 };
const bytes = (length: number): Uint8Array[] => [new Uint8Array(length).fill(7)];

describe('a directory of recordings', () => {
  it('is made, and holds whole files that only their owner reads', () => {
    const path = join(directory, 'a/b');
    const recordings = new RecordingDirectory(path, MANY, hold);
    const file = recordings.write(new Date(0), [...bytes(3), ...bytes(2)]);
    expect(file).toBe(join(path, `hftmon-19700101T000000.000Z-${process.pid}-000001.flight`));
    expect([...readFileSync(file)]).toEqual([7, 7, 7, 7, 7]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(path)).toHaveLength(1);
  });

  it('lets the oldest recordings go, and nothing else', () => {
    writeFileSync(join(directory, 'hftmon-notes.txt'), 'mine');
    const recordings = new RecordingDirectory(directory, { maxFiles: 3, maxBytes: 1000 }, hold);
    const files = [1, 2, 3, 4].map((ms) => recordings.write(new Date(ms), bytes(200)));
    expect(files.map((file) => existsSync(file))).toEqual([false, true, true, true]);
    const large = recordings.write(new Date(5), bytes(700));
    expect([...files, large].map((file) => existsSync(file))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(readFileSync(join(directory, 'hftmon-notes.txt'), 'utf8')).toBe('mine');
  });

  it('refuses a recording that alone is too large, and keeps those there are', () => {
    const recordings = new RecordingDirectory(directory, { maxFiles: 3, maxBytes: 1000 }, hold);
    const file = recordings.write(new Date(1), bytes(200));
    expect(() => recordings.write(new Date(2), bytes(1001))).toThrow(/1001 bytes are more than/);
    expect(recordings.list()).toEqual([file.slice(directory.length + 1)]);
  });

  it('clears away what killed writers left, and not what living ones write', () => {
    const own = `${process.pid}-${inspectProcess(process.pid).startTimeTicks}`;
    const name = '.hftmon-20260101T000000.000Z-5-000001.flight';
    // No process has that start: one with this pid now is another.
    const dead = join(directory, `${name}.${process.pid}-1.tmp`);
    const alive = join(directory, `${name}.${own}.tmp`);
    for (const file of [dead, alive]) writeFileSync(file, 'half');
    const recordings = new RecordingDirectory(directory, MANY, hold);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(alive)).toBe(true);
    expect(recordings.list()).toEqual([]);
    expect(held.size).toBe(0);
  });

  it('does not clear away what is held by a writer whose pid means nothing here', () => {
    const file = join(directory, '.hftmon-20260101T000000.000Z-5-000001.flight.1-1.tmp');
    writeFileSync(file, 'half');
    held.add(file);
    new RecordingDirectory(directory, MANY, hold);
    expect(existsSync(file)).toBe(true);
    held.clear();
    new RecordingDirectory(directory, MANY, () => 'unknown');
    expect(existsSync(file)).toBe(true);
    new RecordingDirectory(directory, MANY, hold);
    expect(existsSync(file)).toBe(false);
  });

  it('holds what it writes until that has its name', () => {
    const seen: string[] = [];
    const watching: HoldFile = (path) => {
      const result = hold(path);
      if (typeof result === 'string') return result;
      return {
        release: () => {
          seen.push(...readdirSync(directory));
          result.release();
        },
      };
    };
    const recordings = new RecordingDirectory(directory, MANY, watching);
    recordings.write(new Date(0), bytes(5));
    expect(seen).toEqual(recordings.list());
    expect(held.size).toBe(0);
  });

  it('makes again what another monitor took for a left-over before it was held', () => {
    const tries: string[] = [];
    const taken: HoldFile = (path) => {
      tries.push(path);
      const nth = tries.filter((tried) => tried === path).length;
      if (nth > 3) return hold(path);
      if (nth > 1) rmSync(path);
      return nth > 1 ? 'gone' : 'held';
    };
    const openFiles = readdirSync('/proc/self/fd').length;
    // What it proves with that the directory can be written to is held, too.
    const recordings = new RecordingDirectory(directory, MANY, taken);
    expect(tries).toHaveLength(4);
    expect(readdirSync(directory)).toEqual([]);
    const file = recordings.write(new Date(0), bytes(5));
    expect([...readFileSync(file)]).toEqual([7, 7, 7, 7, 7]);
    expect(tries).toHaveLength(8);
    expect(readdirSync('/proc/self/fd')).toHaveLength(openFiles);
    expect(held.size).toBe(0);
  });

  it('says at once that it cannot be written to', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    for (const path of [file, '/proc/hftmon']) {
      expect(() => new RecordingDirectory(path, MANY, hold)).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_RECORDING_WRITE' }),
      );
    }
  });

  it('leaves nothing of a recording that could not be written', () => {
    const recordings = new RecordingDirectory(directory, MANY, hold);
    // The name is taken by a directory: the rename fails.
    const name = `hftmon-19700101T000000.000Z-${process.pid}-000001.flight`;
    mkdirSync(join(directory, name));
    expect(() => recordings.write(new Date(0), bytes(10))).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_RECORDING_WRITE' }),
    );
    expect(readdirSync(directory)).toEqual([name]);
  });
});
