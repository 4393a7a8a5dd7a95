import { SwitchFlag } from '@hftmon/core';

/** Flags of a switch that says nothing of how long a wake-up took. */
const NO_LATENCY = SwitchFlag.First | SwitchFlag.NewThread | SwitchFlag.ReturnUnseen;
const SEEN = SwitchFlag.Voluntary | SwitchFlag.WakeSeen;

/** Is it the end of a sleep whose wake-up and return were both seen? By the flags of a switch. */
export function isWakeUp(flags: number): boolean {
  return (flags & SEEN) === SEEN && (flags & NO_LATENCY) === 0;
}
