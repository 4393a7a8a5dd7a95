import {
  SwitchFlag,
  switchFlags,
  switchSyscall,
  switchSyscallArgument,
  syscallName,
  type TaskRef,
} from '@hftmon/core';
import type { Scene } from '../receipt/scene.js';
import { NOBODY, type Slice } from '../receipt/slice.js';
import { enderOf } from '../receipt/waker.js';
import type { IoWaitDetails } from '../types/details/blocking.js';
import type { StoppedDetails } from '../types/details/context-switch.js';
import { longestOf } from './shares.js';
import { switchSyscallRef } from './syscall-ref.js';

/** System calls whose first argument is a descriptor, of those that wait for I/O. */
const ON_A_DESCRIPTOR =
  /^(p?(read|write)(v2?|64)?|f(data)?sync|sync_file_range|ftruncate|fallocate|getdents(64)?|copy_file_range|ioctl|fstat)$/;

export function ioWaitDetails(slices: readonly Slice[], scene: Scene): IoWaitDetails {
  const { log, base } = longestOf(slices);
  const flags = switchFlags(log.u32, base);
  return {
    ...switchSyscallRef(log.u32, base),
    ...descriptorOf(scene, log.u32, base),
    inIoWait: (flags & SwitchFlag.IoWait) !== 0,
    ...enderRef('wokenBy', scene, longestOf(slices)),
    wokenByInterrupt: (flags & SwitchFlag.WokenByInterrupt) !== 0,
    count: slices.length,
  };
}

function descriptorOf(
  { lookups, pid }: Scene,
  u32: Uint32Array,
  base: number,
): { fd?: number; file?: string } {
  const name = syscallName(switchSyscall(u32, base));
  if (name === undefined || !ON_A_DESCRIPTOR.test(name)) return {};
  const fd = switchSyscallArgument(u32, base) | 0;
  const file = lookups.file(pid, fd);
  return file === undefined ? { fd } : { fd, file };
}

export function stoppedDetails(slices: readonly Slice[], scene: Scene): StoppedDetails {
  const { log, base, startNs, endNs } = longestOf(slices);
  const { lookups, signals, pid, tid } = scene;
  const count = slices.length;
  const resumedBy = enderRef('resumedBy', scene, longestOf(slices));
  if ((switchFlags(log.u32, base) & SwitchFlag.Traced) !== 0) {
    return { by: 'ptrace', ...resumedBy, count };
  }
  const signal = signals.before(
    startNs,
    (receiver) =>
      receiver === tid || receiver === pid || lookups.tasks.info(receiver, endNs)?.pid === pid,
  );
  if (signal === undefined) return { by: 'signal', ...resumedBy, count };
  const sender = lookups.tasks.ref(signal.senderTid, signal.sentNs);
  return { by: 'signal', signal: signal.name, sender, ...resumedBy, count };
}

/** The task that ended a sleep, under a name, if it is known. */
function enderRef<Name extends string>(
  name: Name,
  { lookups }: Scene,
  { log, base, endNs }: Slice,
): Partial<Record<Name, TaskRef>> {
  const tid = enderOf(log.u32, base);
  if (tid === NOBODY) return {};
  return { [name]: lookups.tasks.ref(tid, endNs) } as Record<Name, TaskRef>;
}
