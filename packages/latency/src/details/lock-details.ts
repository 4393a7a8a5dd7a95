import { switchFutexOperation, switchSyscallArgument } from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import { futexOperationName } from '../observe/syscalls.js';
import type { Scene } from '../receipt/scene.js';
import type { LockShare, LockWaitDetails } from '../types/details.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import { enderOf } from '../receipt/waker.js';
import { sharesBy, taskShare, type Share } from './shares.js';
import { switchSyscallRef } from './syscall-ref.js';

/** Key of all locks of the kernel, whose addresses are not known. */
const KERNEL_LOCK = -1;

export function lockWaitDetails(slices: readonly Slice[], scene: Scene): LockWaitDetails {
  const locks = sharesBy(slices, lockOf).map((share) => lockShare(share, scene));
  return { ...locks[0]!, locks };
}

/** Address of the futex. */
function lockOf({ log, base }: Slice): number {
  const isFutex = log.typeOf(base) === IntervalType.Lock;
  return isFutex ? switchSyscallArgument(log.u32, base) : KERNEL_LOCK;
}

function lockShare(lock: Share<number>, scene: Scene): LockShare {
  const { log, base } = lock.longest;
  const holders = sharesBy(lock.slices, (slice) => enderOf(slice.log.u32, slice.base));
  const holder = holders.find(({ key }) => key !== NOBODY);
  const releasedBy = holder === undefined ? undefined : taskShare(holder, scene);
  const inverted = isInverted(scene, releasedBy?.priority, lock.longest.endNs);
  return {
    ns: lock.ns,
    count: lock.count,
    ...(lock.key === KERNEL_LOCK
      ? {}
      : {
          futexAddress: `0x${lock.key.toString(16)}`,
          operation: futexOperationName(switchFutexOperation(log.u32, base)),
        }),
    ...switchSyscallRef(log.u32, base),
    ...(releasedBy === undefined ? {} : { releasedBy }),
    ...(inverted === undefined ? {} : { priorityInversion: inverted }),
  };
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
