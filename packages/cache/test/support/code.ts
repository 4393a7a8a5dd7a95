import type { CodeBytes } from '../../src/decode/decoded-code.js';
import { SAMPLE_REGISTER, SAMPLE_REGISTERS } from '../../src/decode/registers.js';

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
  values: Partial<Record<keyof typeof SAMPLE_REGISTER, bigint>>,
): Uint32Array {
  const registers = new BigUint64Array(SAMPLE_REGISTERS).fill(0xdead_beef_dead_beefn);
  for (const [name, value] of Object.entries(values)) {
    registers[SAMPLE_REGISTER[name as keyof typeof SAMPLE_REGISTER]] = BigInt.asUintN(64, value);
  }
  return new Uint32Array(registers.buffer);
}
