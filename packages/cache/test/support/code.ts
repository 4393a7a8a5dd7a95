import type { CodeBytes } from '../../src/decode/decoded-code.js';
import type { RegisterBatch } from '../../src/decode/access-cache.js';
import { X86_REGISTER } from '@hftmon/perf-native';

/** Bytes from hexadecimal text; whatever follows a `#` in a line is the assembly, for the reader. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/#.*$/gm, '').replaceAll(/\s/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Code at an address. */
export function codeAt(address: bigint, text: string): CodeBytes {
  return { address, bytes: hex(text) };
}

/** Registers of a sample; those not named hold rubbish that no user address is made of. */
export function sampleRegisters(
  values: Partial<Record<keyof typeof X86_REGISTER, bigint>>,
): RegisterBatch {
  const registers = new BigUint64Array(24).fill(0xdead_beef_dead_beefn);
  for (const [name, value] of Object.entries(values)) {
    registers[X86_REGISTER[name as keyof typeof X86_REGISTER]] = BigInt.asUintN(64, value);
  }
  const words = new Uint32Array(registers.buffer);
  return {
    registerLow: (_sample, register) => words[2 * register] as number,
    registerHigh: (_sample, register) => words[2 * register + 1] as number,
  };
}
