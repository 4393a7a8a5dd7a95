import { SwitchFlag } from '@hftmon/core';
import type { MissingStack } from './types.js';

const NONE_TAKEN: MissingStack = {
  reason: 'no stacks are taken, since that makes each switch some microseconds longer',
  remedy: 'start again with stackTraces of the monitor, or stacksFromNs of the event source, set',
};
const NEW_THREAD: MissingStack = { reason: 'the thread is new: it has not left a CPU before' };
const LEFT_BEFORE: MissingStack = { reason: 'it had left the CPU when it was attached' };
const FAILED: MissingStack = {
  reason: 'the kernel could not take it: the table of stacks was full, or another had its place',
};

/**
 * Why a switch has no stack of the thread that left.
 * @param fromNs - the source's `stacksFromNs`
 */
export function missingStack(
  flags: number,
  durationNs: number,
  fromNs: number | undefined,
): MissingStack {
  if (fromNs === undefined) return NONE_TAKEN;
  if ((flags & SwitchFlag.NewThread) !== 0) return NEW_THREAD;
  if ((flags & SwitchFlag.First) !== 0) return LEFT_BEFORE;
  if (durationNs >= fromNs) return FAILED;
  return {
    reason: `stacks are kept of times off the CPU of ${fromNs} ns and longer`,
    remedy: 'start again with a shorter stacksFromNs of the event source',
  };
}
