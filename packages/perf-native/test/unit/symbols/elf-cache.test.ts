import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElfCache } from '../../../src/symbols/elf-cache.js';
import { buildElf } from './elf-builder.js';

describe('ElfCache', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const load = (cache: ElfCache, identity: string, functions: number) => {
    const path = join(root, identity);
    const symtab = Array.from({ length: functions }, (_, i) => ({
      name: `function_${i}`,
      value: 0x401000 + i,
      size: 1,
    }));
    writeFileSync(path, functions === 0 ? 'no ELF' : buildElf({ symtab }));
    return cache.load({ fd: openSync(path, 'r'), identity });
  };

  it('stays within its limit by forgetting what was not asked for the longest', () => {
    const cache = new ElfCache(20_000);
    load(cache, 'a', 200);
    load(cache, 'b', 200);
    expect(cache.get('a').known).toBe(true);
    load(cache, 'c', 200);
    expect(cache.get('b').known).toBe(false);
    expect(cache.get('a').known).toBe(true);
    expect(cache.get('c').known).toBe(true);
    expect(cache.byteLength).toBeLessThanOrEqual(20_000);
  });

  it('keeps the newest even when it alone is over the limit', () => {
    const cache = new ElfCache(10);
    expect(load(cache, 'a', 50)?.symbols.size).toBe(50);
    expect(cache.get('a').known).toBe(true);
  });

  it('remembers that a file is no ELF file, and forgets all on request', () => {
    const cache = new ElfCache();
    expect(load(cache, 'text', 0)).toBeUndefined();
    expect(cache.get('text')).toEqual({ known: true, image: undefined });
    cache.clear();
    expect(cache.get('text').known).toBe(false);
    expect(cache.byteLength).toBe(0);
  });
});
