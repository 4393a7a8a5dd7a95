import { SwitchFlag, switchFlags } from '@hftmon/core';
import { IntervalType } from '../observe/interval-type.js';
import type { ObservedCause } from '../types/details.js';
import type { Scene } from './scene.js';
import { NOBODY } from './slice.js';
import { wakerOf } from './waker.js';

/** Cause of a time that a thread was blocked, not by its own will, until it was woken. */
export function blockedCause(
  scene: Scene,
  base: number,
  type: number,
  endNs: number,
): ObservedCause {
  if (type === IntervalType.Stopped) return 'stopped';
  if (type === IntervalType.Lock) return 'lock_wait';
  return uninterruptibleCause(scene, base, endNs);
}

/**
 * A thread in state D waits for a device, unless the one who ended the wait says otherwise: the
 * migration thread has moved it; another ordinary task has let go of a lock in the kernel.
 * Devices answer by interrupts and threads of the kernel.
 */
function uninterruptibleCause({ log, lookups }: Scene, base: number, endNs: number): ObservedCause {
  const flags = switchFlags(log.u32, base);
  if ((flags & (SwitchFlag.IoWait | SwitchFlag.WokenByInterrupt)) !== 0) return 'io_wait';
  const waker = wakerOf(log.u32, base);
  if (waker === NOBODY) return 'io_wait';
  if (lookups.tasks.isMigrationThread(waker, endNs)) return 'migration';
  const task = lookups.tasks.info(waker, endNs);
  return task === undefined || task.kernelThread ? 'io_wait' : 'lock_wait';
}
