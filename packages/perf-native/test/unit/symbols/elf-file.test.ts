import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../src/symbols/byte-source.js';
import { readElf, vaddrOfOffset } from '../../../src/symbols/elf-file.js';
import { ElfFormatError } from '../../../src/symbols/elf-headers.js';
import { TEXT_OFFSET, buildElf, type BuildOptions } from './elf-builder.js';

const read = (options: BuildOptions) => readElf(new BufferSource(buildElf(options)));

describe('readElf', () => {
  it('finds functions and their borders', () => {
    const { symbols, table } = read({
      symtab: [
        { name: 'second', value: 0x401100, size: 0x40 },
        { name: 'first.constprop.0', value: 0x401000, size: 0x20, binding: 0 },
        { name: 'ifunc', value: 0x401200, size: 0x10, type: 10 },
      ],
    });
    expect(table).toBe('symtab');
    expect(symbols.size).toBe(3);
    expect(symbols.find(0x400fff)).toBeUndefined();
    expect(symbols.find(0x401000)).toEqual({
      name: 'first.constprop.0',
      start: 0x401000,
      end: 0x401020,
    });
    expect(symbols.find(0x40101f)?.name).toBe('first.constprop.0');
    expect(symbols.find(0x401020)).toBeUndefined();
    expect(symbols.find(0x40113f)?.name).toBe('second');
    expect(symbols.find(0x401205)?.name).toBe('ifunc');
  });

  it('leaves out data, functions of other libraries, and absolute symbols', () => {
    const { symbols } = read({
      symtab: [
        { name: 'table', value: 0x401000, size: 8, type: 1 },
        { name: 'puts', value: 0x401000, size: 8, section: 0 },
        { name: 'absolute', value: 0x401000, size: 8, section: 0xfff1 },
      ],
    });
    expect(symbols.size).toBe(0);
  });

  it('chooses among names of one address as perf does', () => {
    const start = 0x401000;
    const name = (...symtab: NonNullable<BuildOptions['symtab']>) =>
      read({ symtab }).symbols.find(start)?.name;
    const base = { value: start, size: 16 };
    expect(name({ ...base, name: '__memcpy' }, { ...base, name: 'memcpy' })).toBe('memcpy');
    expect(name({ ...base, name: 'weak', binding: 2 }, { ...base, name: '__strong' })).toBe(
      '__strong',
    );
    expect(name({ ...base, name: 'local', binding: 0 }, { ...base, name: 'global' })).toBe(
      'global',
    );
    expect(name({ ...base, name: 'sizeless', size: 0 }, { ...base, name: '__sized' })).toBe(
      '__sized',
    );
  });

  it('ends functions without a size at the next one, or at the end of the section', () => {
    const { symbols } = read({
      textSize: 0x200,
      symtab: [
        { name: '_init', value: 0x401000, size: 0 },
        { name: 'main', value: 0x401080, size: 0x10 },
        { name: '_fini', value: 0x401100, size: 0 },
      ],
    });
    expect(symbols.find(0x40107f)?.name).toBe('_init');
    expect(symbols.find(0x4011ff)?.name).toBe('_fini');
    expect(symbols.find(0x401200)).toBeUndefined();
  });

  it('finds the outer function behind one that lies within it', () => {
    const { symbols } = read({
      symtab: [
        { name: 'outer', value: 0x401000, size: 0x100 },
        { name: 'inner', value: 0x401010, size: 0x10 },
      ],
    });
    expect(symbols.find(0x401018)?.name).toBe('inner');
    expect(symbols.find(0x401080)?.name).toBe('outer');
  });

  it('uses the dynamic symbols of a stripped file, and has none without either', () => {
    const dynsym = [{ name: 'exported', value: 0x401000, size: 4 }];
    expect(read({ dynsym }).table).toBe('dynsym');
    expect(read({ dynsym }).symbols.find(0x401000)?.name).toBe('exported');
    expect(read({ dynsym, symtab: [] }).table).toBe('dynsym');
    const symtab = [{ name: 'all', value: 0x401000, size: 4 }];
    expect(read({ dynsym, symtab }).symbols.find(0x401000)?.name).toBe('all');
    expect(read({}).table).toBe('none');
    expect(read({}).symbols.size).toBe(0);
  });

  it('clips a symbol that claims more than its section', () => {
    const { symbols } = read({
      textSize: 0x100,
      symtab: [{ name: 'huge', value: 0x401000, size: 2 ** 52 }],
    });
    expect(symbols.find(0x4010ff)?.name).toBe('huge');
    expect(symbols.find(0x401100)).toBeUndefined();
  });

  it('refuses what is no 64-bit little-endian ELF file, and what is cut short', () => {
    const whole = buildElf({ symtab: [{ name: 'f', value: 0x401000, size: 4 }] });
    const elf32 = Buffer.from(whole);
    elf32[4] = 1;
    const bigEndian = Buffer.from(whole);
    bigEndian[5] = 2;
    for (const bytes of [Buffer.alloc(0), Buffer.from('#!/bin/sh\n'), elf32, bigEndian]) {
      expect(() => readElf(new BufferSource(bytes))).toThrow(ElfFormatError);
    }
    for (let length = 0; length < whole.length; length += 37) {
      try {
        readElf(new BufferSource(whole.subarray(0, length)));
      } catch (error) {
        expect(error).toBeInstanceOf(ElfFormatError);
      }
    }
  });

  it('survives every kind of damaged byte', () => {
    const whole = buildElf({
      dynsym: [{ name: 'd', value: 0x401000, size: 4 }],
      symtab: [{ name: 's', value: 0x401000, size: 4 }],
    });
    let seed = 42;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed % limit;
    };
    for (let round = 0; round < 2_000; round++) {
      const bytes = Buffer.from(whole);
      for (let i = 0; i < 4; i++) {
        // Headers and tables are where damage matters; the code between them is never read.
        const at = random(2) === 0 ? random(176) : 0x2000 + random(bytes.length - 0x2000);
        bytes[at] = random(256);
      }
      try {
        readElf(new BufferSource(bytes)).symbols.find(0x401000);
      } catch (error) {
        expect(error).toBeInstanceOf(ElfFormatError);
      }
    }
  });
});

describe('vaddrOfOffset', () => {
  it('translates places in the file to the addresses that symbols use', () => {
    const image = read({ textAddress: 0x7501000, symtab: [] });
    expect(vaddrOfOffset(image, TEXT_OFFSET + 0x10)).toBe(0x7501010);
    expect(vaddrOfOffset(image, 0x10)).toBe(0x7500010);
    expect(vaddrOfOffset(image, 0x9000)).toBeUndefined();
  });

  it('reads data symbols instead of code when asked to', () => {
    const symtab = [
      { name: 'function', value: 0x401000, size: 0x20, type: 2 },
      { name: 'variable', value: 0x401020, size: 0x40, type: 1 },
      { name: 'thread_local', value: 0x401060, size: 8, type: 6 },
    ];
    const { symbols } = readElf(new BufferSource(buildElf({ symtab })), 'data');
    expect(symbols.size).toBe(1);
    expect(symbols.find(0x40105f)).toEqual({ name: 'variable', start: 0x401020, end: 0x401060 });
  });
});
