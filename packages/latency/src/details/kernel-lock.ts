import { LockFlag, lockAddress, lockFlags } from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import type { Slice } from '../receipt/slice.js';
import type { KernelLockRef } from '../types/details/blocking.js';
import { sumNs } from './shares.js';

/** What is known of a lock of the kernel. @param record - first word of a Lock record in the log */
export function kernelLock(slices: readonly Slice[], record: number): KernelLockRef {
  const { u32 } = slices[0]!.log;
  const flags = lockFlags(u32, record);
  return {
    address: `0x${lockAddress(u32, record).toString(16)}`,
    type: typeOf(flags),
    ...accessOf(flags),
    ...((flags & LockFlag.Mmap) === 0 ? {} : { mmapLock: true }),
    spinningNs: sumNs(slices.filter(isSpinning)),
  };
}

function isSpinning({ log, base }: Slice): boolean {
  return log.typeOf(base) === IntervalType.KernelLock;
}

function typeOf(flags: number): KernelLockRef['type'] {
  if ((flags & LockFlag.Mutex) !== 0) return 'mutex';
  if ((flags & LockFlag.PerCpu) !== 0) return 'percpu_rwsem';
  if ((flags & LockFlag.Rt) !== 0) return 'rt_mutex';
  const shared = (flags & (LockFlag.Read | LockFlag.Write)) !== 0;
  if ((flags & LockFlag.Spin) !== 0) return shared ? 'rwlock' : 'spinlock';
  return 'rwsem';
}

function accessOf(flags: number): Pick<KernelLockRef, 'access'> {
  if ((flags & LockFlag.Write) !== 0) return { access: 'write' };
  return (flags & LockFlag.Read) === 0 ? {} : { access: 'read' };
}
