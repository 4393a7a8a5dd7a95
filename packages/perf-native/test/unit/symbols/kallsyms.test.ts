import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KernelSymbols, parseKallsyms } from '../../../src/symbols/kallsyms.js';

const bytes = readFileSync(new URL('../../fixtures/kallsyms/x86-6.18.txt', import.meta.url));

describe('parseKallsyms', () => {
  const table = parseKallsyms(bytes);
  const name = (address: bigint) => table.find(address)?.name;

  it('finds kernel functions by any address inside', () => {
    expect(table.size).toBe(20);
    expect(table.hidden).toBe(false);
    expect(table.find(0xffffffff81000123n)).toEqual({
      name: 'do_one_initcall',
      start: 0xffffffff81000050n,
      module: '[kernel]',
    });
    expect(name(0xffffffff8100004fn)).toBe('__pfx_do_one_initcall');
    expect(name(0xffffffff81000210n)).toBe('local_helper');
  });

  it('prefers real functions to section marks, and strong names to weak ones', () => {
    expect(name(0xffffffff81000000n)).toBe('srso_alias_untrain_ret');
    expect(name(0xffffffff81000280n)).toBe('strong_hook');
  });

  it('knows modules and BPF programs although they are not in order', () => {
    expect(table.find(0xffffffffc0500010n)).toMatchObject({
      name: 'nft_do_chain',
      module: '[nf_tables]',
    });
    expect(table.find(0xffffffffc0201001n)?.module).toBe('[bpf]');
  });

  it('does not stretch the last function of a part over the gap behind it', () => {
    expect(name(0xffffffff81000410n)).toBe('last_of_the_kernel');
    expect(name(0xffffffff81900000n)).toBeUndefined();
    expect(name(0xffffffff82000150n)).toBeUndefined();
    expect(name(0xffffffffc0300fffn)).toBe('virtnet_poll');
    expect(name(0xffffffffc0400000n)).toBeUndefined();
    expect(name(0xffffffffc0501fffn)).toBe('nft_last');
    expect(name(0xffffffffc0502000n)).toBeUndefined();
    expect(name(0xffffffffffffffffn)).toBeUndefined();
  });

  it('names no data and no user address', () => {
    expect(name(0x1000n)).toBeUndefined();
    expect(name(0x7f0000000000n)).toBeUndefined();
    expect(name(0n)).toBeUndefined();
  });

  it('tells hidden addresses, and takes an empty or odd file', () => {
    expect(parseKallsyms(Buffer.from('0000000000000000 T _text\n')).hidden).toBe(true);
    expect(parseKallsyms(Buffer.alloc(0)).hidden).toBe(true);
    expect(parseKallsyms(Buffer.from('odd\n\nlines T\n')).size).toBe(0);
    const noNewline = parseKallsyms(Buffer.from('ffffffff81000000 T one'));
    expect(noNewline.find(0xffffffff81000001n)?.name).toBe('one');
  });
});

describe('KernelSymbols', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('is unsupported, with the remedy, when addresses are hidden or the file is missing', () => {
    expect(new KernelSymbols(root).support()).toMatchObject({
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: expect.stringContaining('ENOENT') as string,
    });
    writeFileSync(join(root, 'kallsyms'), '0000000000000000 T _text\n');
    const hidden = new KernelSymbols(root);
    expect(hidden.support()).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('kptr_restrict') as string,
    });
    expect(hidden.find(0xffffffff81000000n)).toBeUndefined();
  });

  it('reads again for an unknown address, but not more often than every 10 s', () => {
    let now = 0;
    writeFileSync(join(root, 'kallsyms'), 'ffffffff81000000 T one\nffffffff81000100 T two\n');
    const symbols = new KernelSymbols(root, () => now);
    expect(symbols.support()).toMatchObject({ ok: true, tier: 'procfs' });
    expect(symbols.find(0xffffffffc0000010n)).toBeUndefined();
    writeFileSync(join(root, 'kallsyms'), 'ffffffffc0000000 t late\t[module]\n');
    now = 9_999;
    expect(symbols.find(0xffffffffc0000010n)).toBeUndefined();
    now = 10_000;
    expect(symbols.find(0xffffffffc0000010n)).toMatchObject({ name: 'late', module: '[module]' });
  });
});
