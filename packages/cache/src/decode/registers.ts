import { iced } from './iced.js';

/**
 * Where a sample keeps the general registers: index of the 64-bit value among those that
 * `sample_regs_user` 0xff0fff asks for (arch/x86/include/uapi/asm/perf_regs.h, in order of bits).
 */
export const SAMPLE_REGISTER = {
  RAX: 0,
  RBX: 1,
  RCX: 2,
  RDX: 3,
  RSI: 4,
  RDI: 5,
  RBP: 6,
  RSP: 7,
  RIP: 8,
  FLAGS: 9,
  CS: 10,
  SS: 11,
  R8: 12,
  R9: 13,
  R10: 14,
  R11: 15,
  R12: 16,
  R13: 17,
  R14: 18,
  R15: 19,
} as const;

/** 64-bit values in the registers of a sample. */
export const SAMPLE_REGISTERS = 20;

/** No register. */
export const NO_REGISTER = -1;

/**
 * Index of a decoder's register in a sample; {@link NO_REGISTER} for none, `undefined` for one that
 * a sample does not hold. Parts of a register (EAX) are found as the whole.
 */
export function sampleRegister(register: number): number | undefined {
  const { Register, RegisterExt } = iced();
  if (register === Register.None) return NO_REGISTER;
  const name = Register[RegisterExt.fullRegister(register)] as string;
  return SAMPLE_REGISTER[name as keyof typeof SAMPLE_REGISTER];
}
