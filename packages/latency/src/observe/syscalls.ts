/** Numbers of the few system calls whose meaning matters here, by architecture. */
const NUMBERS = {
  x64: { futex: 202, vfork: 58, clone: 56, clone3: 435, schedSetaffinity: 203, ioUringEnter: 426 },
  arm64: {
    futex: 98,
    vfork: -2,
    clone: 220,
    clone3: 435,
    schedSetaffinity: 122,
    ioUringEnter: 426,
  },
} as const;

export const SYSCALL = process.arch === 'arm64' ? NUMBERS.arm64 : NUMBERS.x64;

/** Commands of futex(2) that locks wait with. */
export const FUTEX_OPERATION = { wait: 0, lockPi: 6, lockPi2: 13 } as const;

/** Name of such a command. */
export function futexOperationName(operation: number): string {
  if (operation === FUTEX_OPERATION.lockPi) return 'FUTEX_LOCK_PI';
  if (operation === FUTEX_OPERATION.lockPi2) return 'FUTEX_LOCK_PI2';
  return operation === FUTEX_OPERATION.wait ? 'FUTEX_WAIT' : `FUTEX_${operation}`;
}
