import { switchSyscall, syscallName } from '@hftmon/core';
import type { SyscallRef } from '../types/details/refs.js';

/** A system call by its number. */
export function syscallRef(number: number): SyscallRef {
  const name = syscallName(number);
  return name === undefined ? { number } : { number, name };
}

/** The one that a thread was in when it left the CPU, if that was recorded. */
export function switchSyscallRef(u32: Uint32Array, base: number): { syscall?: SyscallRef } {
  const number = switchSyscall(u32, base);
  return number < 0 ? {} : { syscall: syscallRef(number) };
}
