import {
  lockAddress,
  lockOwnerTid,
  switchFutexOperation,
  switchSyscallArgument,
} from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import { futexOperationName } from '../observe/syscalls.js';
import type { Scene } from '../receipt/scene.js';
import type { LockShare, LockWaitDetails } from '../types/details/blocking.js';
import type { TaskShare } from '../types/details/refs.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import { enderOf } from '../receipt/waker.js';
import { kernelLock } from './kernel-lock.js';
import { longestOf, sharesBy, taskShare, type Share } from './shares.js';
import { switchSyscallRef } from './syscall-ref.js';

/** Key of locks of the kernel whose addresses are not known. */
const UNKNOWN_LOCK = -1;

export function lockWaitDetails(slices: readonly Slice[], scene: Scene): LockWaitDetails {
  const locks = sharesBy(slices, lockOf).map((share) => lockShare(share, scene));
  return { ...locks[0]!, locks };
}

/** Address of the futex, or of the kernel's lock as text. */
function lockOf({ log, base, lock }: Slice): number | string {
  if (lock !== undefined) return lockAddress(log.u32, lock).toString(16);
  return log.typeOf(base) === IntervalType.Lock
    ? switchSyscallArgument(log.u32, base)
    : UNKNOWN_LOCK;
}

function lockShare(lock: Share<number | string>, scene: Scene): LockShare {
  const sleeps = lock.slices.filter(
    ({ log, base }) => log.typeOf(base) !== IntervalType.KernelLock,
  );
  const releasedBy = longestTask(sleeps, ({ log, base }) => enderOf(log.u32, base), scene);
  const heldBy = longestTask(lock.slices, ownerOf, scene);
  const holderPriority = (releasedBy ?? heldBy)?.priority;
  const inverted = isInverted(scene, holderPriority, lock.longest.endNs);
  const waits = new Set(lock.slices.map((slice) => slice.lock ?? slice.base));
  return {
    ns: lock.ns,
    count: waits.size,
    ...lockRef(lock),
    ...(sleeps.length === 0
      ? {}
      : switchSyscallRef(longestOf(sleeps).log.u32, longestOf(sleeps).base)),
    ...(heldBy === undefined ? {} : { heldBy }),
    ...(releasedBy === undefined ? {} : { releasedBy }),
    ...(inverted === undefined ? {} : { priorityInversion: inverted }),
  };
}

function lockRef({ key, longest, slices }: Share<number | string>): Partial<LockShare> {
  if (longest.lock !== undefined) return { kernelLock: kernelLock(slices, longest.lock) };
  if (key === UNKNOWN_LOCK) return {};
  return {
    futexAddress: `0x${key.toString(16)}`,
    operation: futexOperationName(switchFutexOperation(longest.log.u32, longest.base)),
  };
}

function ownerOf({ log, lock }: Slice): number {
  const owner = lock === undefined ? 0 : lockOwnerTid(log.u32, lock);
  return owner === 0 ? NOBODY : owner;
}

/** The task that has the largest part in the slices. */
function longestTask(
  slices: readonly Slice[],
  tidOf: (slice: Slice) => number,
  scene: Scene,
): TaskShare | undefined {
  const share = sharesBy(slices, tidOf).find(({ key }) => key !== NOBODY);
  return share === undefined ? undefined : taskShare(share, scene);
}

/** Did a task of a weaker priority keep the thread waiting? */
function isInverted(
  { lookups, tid }: Scene,
  holderPriority: number | undefined,
  atNs: number,
): boolean | undefined {
  const own = lookups.tasks.info(tid, atNs)?.priority;
  if (own === undefined || holderPriority === undefined) return undefined;
  return holderPriority > own;
}
