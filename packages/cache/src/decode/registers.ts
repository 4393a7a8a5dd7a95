import { iced } from './iced.js';

/**
 * Where a sample keeps the general registers: their numbers in enum perf_event_x86_regs
 * (arch/x86/include/uapi/asm/perf_regs.h).
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
  R8: 16,
  R9: 17,
  R10: 18,
  R11: 19,
  R12: 20,
  R13: 21,
  R14: 22,
  R15: 23,
} as const;

/** 64-bit values in the registers of a sample. */
export const SAMPLE_REGISTERS = 24;

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
