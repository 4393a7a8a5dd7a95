import { describe, expect, it } from 'vitest';
import { DecodedCode } from '../../../src/decode/decoded-code.js';
import { DropReason } from '../../../src/decode/drop-reason.js';
import { previousAccess, previousAccessUnanchored } from '../../../src/decode/previous-access.js';
import { codeAt } from '../../support/code.js';

const ADDRESS = 0x5555_0000_1000n;
/** A loop: its head is at 3, the instruction after the load at 6. */
const LOOP = codeAt(
  ADDRESS,
  `48 89 37 # 0: mov [rdi],rsi
   48 8b 07 # 3: mov rax,[rdi]
   48 ff c0 # 6: inc rax
   48 89 07 # 9: mov [rdi],rax
   48 ff ce # c: dec rsi
   75 f2 #    f: jne 3
   c3 #      11: ret`,
);

describe('the instruction before a sampled address', () => {
  const decoded = new DecodedCode(LOOP);

  it('is the one that ends there', () => {
    expect(previousAccess(decoded, ADDRESS + 6n)).toMatchObject({ load: true, length: 3 });
    expect(previousAccess(decoded, ADDRESS + 0xcn)).toMatchObject({ store: true, load: false });
  });

  it('is not certain where a branch leads to', () => {
    expect(previousAccess(decoded, ADDRESS + 3n)).toBe(DropReason.BranchTarget);
  });

  it('is none at the entry of a function', () => {
    expect(previousAccess(decoded, ADDRESS)).toBe(DropReason.FunctionEntry);
  });

  it('is none in the middle of an instruction', () => {
    expect(previousAccess(decoded, ADDRESS + 7n)).toBe(DropReason.Ambiguous);
    expect(previousAccess(decoded, ADDRESS + 0x100n)).toBe(DropReason.Ambiguous);
  });

  it('is none behind bytes that are no code', () => {
    const broken = new DecodedCode(codeAt(ADDRESS, '06 48 8b 07 90'));
    expect(previousAccess(broken, ADDRESS + 4n)).toBe(DropReason.Ambiguous);
  });
});

describe('without the start of the function', () => {
  const before = '48 8b 07 48 ff c0 48 89 07 90 0f 1f 00 '.repeat(12);
  const length = (before.length / 39) * 13;

  it('is found by decoding from many places that agree', () => {
    const code = codeAt(ADDRESS, `${before} 48 8b 07 48 ff c0 c3`);
    const ip = ADDRESS + BigInt(length) + 3n;
    expect(previousAccessUnanchored(code, ip)).toMatchObject({ load: true, size: 8, length: 3 });
  });

  it('is not certain when there is too little before it', () => {
    const code = codeAt(ADDRESS, '48 8b 07 48 ff c0 c3');
    expect(previousAccessUnanchored(code, ADDRESS + 3n)).toBe(DropReason.Ambiguous);
  });

  it('is not certain when the ways to it disagree', () => {
    // Immediates that read as instructions of their own: nothing falls into step.
    const code = codeAt(ADDRESS, `${'48 b8 48 b8 48 b8 48 b8 48 b8 '.repeat(12)} 48 8b 07 90`);
    expect(previousAccessUnanchored(code, ADDRESS + 123n)).toBe(DropReason.Ambiguous);
  });

  it('sees branches from behind', () => {
    const code = codeAt(ADDRESS, `${before} 48 8b 07 48 ff c0 75 fb c3`);
    const ip = ADDRESS + BigInt(length) + 3n;
    expect(previousAccessUnanchored(code, ip)).toBe(DropReason.BranchTarget);
  });

  it('sees branches from before', () => {
    const code = codeAt(ADDRESS, `${before} 75 06 ${'48 ff c0'} 48 8b 07 48 ff c0 c3`);
    const ip = ADDRESS + BigInt(length) + 8n;
    expect(previousAccessUnanchored(code, ip)).toBe(DropReason.BranchTarget);
  });
});
