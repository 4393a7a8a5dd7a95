import { describe, expect, it } from 'vitest';
import { AccessDecoder, type CodeSource } from '../../../src/decode/access-decoder.js';
import { DropReason } from '../../../src/decode/drop-reason.js';
import { hex, sampleRegisters } from '../../support/code.js';

const START = 0x7f12_3456_7000;
const CODE = hex('48 8b 07 # mov rax,[rdi]\n 48 89 06 # mov [rsi],rax\n c3');
const REGISTERS = sampleRegisters({ di: 0x7f00_0000_0100n, si: 0x7f00_0000_0200n });

function decoder(source: Partial<CodeSource> = {}) {
  let reads = 0;
  const made = new AccessDecoder({
    functionStart: () => BigInt(START),
    around: () => {
      reads++;
      return { address: BigInt(START), bytes: CODE };
    },
    ...source,
  });
  return { decode: (ip: number) => made.decode(ip, REGISTERS, 0), made, reads: () => reads };
}

describe('AccessDecoder', () => {
  it('decodes each instruction once, and a sample by arithmetic', () => {
    const { decode, made, reads } = decoder();
    expect(decode(START + 3)).toBe(DropReason.None);
    expect([made.address, made.isLoad, made.isStore]).toEqual([0x7f00_0000_0100, true, false]);
    const before = reads();
    for (let i = 0; i < 10; i++) decode(START + 3);
    expect(reads()).toBe(before);
    expect(decode(START + 6)).toBe(DropReason.None);
    expect([made.address, made.isLoad, made.isStore]).toEqual([0x7f00_0000_0200, false, true]);
  });

  it('decodes anew when the code may have changed', () => {
    const { decode, made, reads } = decoder();
    decode(START + 3);
    const before = reads();
    made.invalidate();
    decode(START + 3);
    expect(reads()).toBe(before + 1);
  });

  it('says when there is no code to read', () => {
    expect(decoder({ around: () => undefined }).decode(START + 3)).toBe(DropReason.CodeUnreadable);
    const unnamed = decoder({ around: () => undefined, functionStart: () => undefined });
    expect(unnamed.decode(START + 3)).toBe(DropReason.CodeUnreadable);
  });

  it('knows that nothing runs before a function', () => {
    expect(decoder().decode(START)).toBe(DropReason.FunctionEntry);
  });

  it('remembers more instructions than it has room for, one after the other', () => {
    const { decode, made } = decoder({
      functionStart: (ip) => ip - 3n,
      around: (address) => ({ address, bytes: CODE }),
    });
    for (let i = 0; i < 40_000; i++) {
      if (decode(START + 16 * i) !== DropReason.None) throw new Error(`lost at ${i}`);
    }
    expect(made.address).toBe(0x7f00_0000_0100);
  });
});
