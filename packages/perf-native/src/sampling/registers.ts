/** User registers of a sample on x86-64: enum perf_event_x86_regs (asm/perf_regs.h). */
export const X86_REGISTER = {
  ax: 0,
  bx: 1,
  cx: 2,
  dx: 3,
  si: 4,
  di: 5,
  bp: 6,
  sp: 7,
  ip: 8,
  flags: 9,
  cs: 10,
  ss: 11,
  r8: 16,
  r9: 17,
  r10: 18,
  r11: 19,
  r12: 20,
  r13: 21,
  r14: 22,
  r15: 23,
} as const;

/** User registers of a sample on arm64: x0 to x29 are 0 to 29 (asm/perf_regs.h). */
export const ARM64_REGISTER = { x0: 0, fp: 29, lr: 30, sp: 31, pc: 32 } as const;
