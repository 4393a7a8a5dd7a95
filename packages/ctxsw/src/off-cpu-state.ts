import { SwitchFlag } from '@hftmon/core';
import type { OffCpuState } from './types.js';

/** What a thread did when it left the CPU, by the flags of its Switch record. */
export function offCpuState(flags: number): OffCpuState {
  if ((flags & SwitchFlag.Stopped) !== 0) return 'stopped';
  if ((flags & SwitchFlag.Traced) !== 0) return 'traced';
  if ((flags & (SwitchFlag.Uninterruptible | SwitchFlag.IoWait)) !== 0) return 'disk';
  return (flags & SwitchFlag.Voluntary) !== 0 ? 'sleeping' : 'runnable';
}
