/**
 * A wait for a lock: an interval of `ThreadTrack.lockWaits` with these whole numbers. Its further
 * double is the address of the futex, 0 when it is not known.
 */
export const LockWait = {
  /** Task that held the lock, or let go of it. */
  Holder: 0,
  /** The holder's own priority as the kernel counts. */
  HolderPriority: 1,
  /** The waiting thread's own priority. */
  WaiterPriority: 2,
  /** Priority that the holder was lent, or NOT_LENT. */
  Lent: 3,
  /** Operation of the futex. */
  Operation: 4,
} as const;

/** No priority was seen to be lent. */
export const NOT_LENT = 0x7fff_ffff;

/** Number of futex(2). */
export const FUTEX_SYSCALL = process.arch === 'arm64' ? 98 : 202;

const FUTEX_WAIT = 0;
const FUTEX_LOCK_PI = 6;
const FUTEX_LOCK_PI2 = 13;

/**
 * Is it an operation that locks wait with? Condition variables and semaphores wait with
 * FUTEX_WAIT_BITSET.
 */
export function isLockOperation(operation: number): boolean {
  return operation === FUTEX_WAIT || isPiLockOperation(operation);
}

/**
 * Is it an operation that waits for a lock with priority inheritance? FUTEX_WAIT_REQUEUE_PI does too,
 * but its first argument is not the lock.
 */
export function isPiLockOperation(operation: number): boolean {
  return operation === FUTEX_LOCK_PI || operation === FUTEX_LOCK_PI2;
}

/** Name of a futex operation. */
export function futexOperationName(operation: number): string {
  if (operation === FUTEX_LOCK_PI) return 'FUTEX_LOCK_PI';
  if (operation === FUTEX_LOCK_PI2) return 'FUTEX_LOCK_PI2';
  return operation === FUTEX_WAIT ? 'FUTEX_WAIT' : `FUTEX_${operation}`;
}
