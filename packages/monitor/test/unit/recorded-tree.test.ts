import { mkdtempSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordedTree } from '../../src/flight/recorded-tree.js';
import type { Flight } from '../../src/flight/read-flight.js';

const STATE = 'sys/devices/system/cpu/cpu0/cpuidle/state0/name';

/** As much of a recording as a tree is made of. */
function recording(dictionary: Partial<Flight['dictionary']>, kernel: string = release()): Flight {
  const { files = [], links = [], tasks = [] } = dictionary;
  return { dictionary: { files, links, tasks }, meta: { host: { kernel }, targets: [] } } as never;
}

describe('the files of a recording', () => {
  let elsewhere: string;

  beforeEach(() => (elsewhere = mkdtempSync(join(tmpdir(), 'hftmon-elsewhere-'))));
  afterEach(() => rmSync(elsewhere, { recursive: true }));

  it('are completed by what this host has, and not replaced by it', () => {
    using tree = new RecordedTree(recording({ files: [{ path: STATE, text: 'RECORDED\n' }] }));
    expect(readFileSync(join(tree.sysRoot, '..', STATE), 'utf8')).toBe('RECORDED\n');
    const online = (root: string) => readFileSync(join(root, 'devices/system/cpu/online'), 'utf8');
    expect(online(tree.sysRoot)).toBe(online('/sys'));
  });

  it('are alone where the kernel is another one', () => {
    using tree = new RecordedTree(recording({ files: [{ path: STATE, text: 'POLL\n' }] }, '2.6.0'));
    expect(readdirSync(join(tree.sysRoot, 'devices/system/cpu'))).toEqual(['cpu0']);
  });

  it('are written nowhere else, whatever their links lead to', () => {
    const links = [
      { path: 'proc/1/fd', target: elsewhere },
      { path: 'proc/1/fd/3', target: 'there' },
      { path: 'sys/kernel', target: elsewhere },
      { path: 'sys/devices/system/cpu', target: join(elsewhere, 'nothing') },
      { path: 'proc/../../there', target: 'there' },
    ];
    using tree = new RecordedTree(recording({ links }));
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(join(tree.procRoot, '1/fd'))).toBe(true);
  });

  it('are gone when they can not be laid out', () => {
    const name = `hftmon-replay-${process.pid}-`;
    const left = () => readdirSync(tmpdir()).filter((entry) => entry.startsWith(name));
    const files = [{ path: `proc/${'x'.repeat(300)}`, text: '' }];
    expect(() => new RecordedTree(recording({ files }))).toThrow('ENAMETOOLONG');
    expect(left()).toEqual([]);
  });

  it('may stand where others would need a folder', () => {
    const files = ['proc/1', 'proc/1/maps', 'proc/2/maps', 'proc/2', 'proc/2/maps'];
    using tree = new RecordedTree(
      recording({ files: files.map((path, i) => ({ path, text: String(i) })) }),
    );
    expect(readFileSync(join(tree.procRoot, '1'), 'utf8')).toBe('0');
    expect(readFileSync(join(tree.procRoot, '2/maps'), 'utf8')).toBe('4');
  });
});
