import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileOffset, parseMaps } from '../../../src/symbols/maps.js';

const text = readFileSync(new URL('../../fixtures/maps/node-jit.txt', import.meta.url), 'utf8');

describe('parseMaps', () => {
  const map = parseMaps(text);

  it('reads every line', () => {
    expect(map.mappings).toHaveLength(14);
    expect(map.mappings[1]).toEqual({
      start: 0xdd5000n,
      end: 0x275f000n,
      executable: true,
      writable: false,
      offset: 0x9d4000n,
      major: 0xfe,
      minor: 0,
      inode: 1234567n,
      path: '/usr/local/bin/node',
      deleted: false,
    });
  });

  it('finds the mapping of an address, borders included', () => {
    expect(map.find(0xdd5000n)?.offset).toBe(0x9d4000n);
    expect(map.find(0x275efffn)?.offset).toBe(0x9d4000n);
    expect(map.find(0xdd4000n)).toBeUndefined();
    expect(map.find(0n)).toBeUndefined();
    expect(map.find(0x7ffec2d3c123n)?.path).toBe('[vdso]');
    expect(map.find(0xffffffffff600001n)?.path).toBe('[vsyscall]');
    expect(map.find(0xffffffffffffffffn)).toBeUndefined();
  });

  it('tells the place in the file', () => {
    const libc = map.find(0x7f0d74426010n);
    expect(libc && fileOffset(libc, 0x7f0d74426010n)).toBe(0x26010);
  });

  it('knows deleted files, spaces, newlines and anonymous memory', () => {
    expect(map.find(0x7f0d75000000n)).toMatchObject({
      path: '/opt/my app/lib (v2).so',
      deleted: true,
      major: 0x103,
      minor: 2,
    });
    expect(map.find(0x7f0d70000000n)).toMatchObject({ path: '/memfd:doublemapper', deleted: true });
    expect(map.find(0x7f0d75002000n)?.path).toBe('/opt/line\nbreak.so');
    expect(map.find(0x7f0d6c000000n)).toMatchObject({ path: '', executable: true, writable: true });
  });

  it('can keep executable mappings alone', () => {
    const executable = parseMaps(text, { executableOnly: true });
    expect(executable.mappings).toHaveLength(8);
    expect(executable.find(0x7ffec2be4000n)).toBeUndefined();
  });

  it('takes an empty text and leaves out lines of another shape', () => {
    expect(parseMaps('').mappings).toEqual([]);
    expect(parseMaps('nonsense\n12-34\n').mappings).toEqual([]);
  });
});
