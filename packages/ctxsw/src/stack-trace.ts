import { NO_STACK, type StackResolver } from '@hftmon/core';
import type { StackTrace } from './types.js';

/** Names the frames of a task's stacks; `undefined` when neither was taken. */
export function stackTrace(
  stacks: StackResolver,
  pid: number,
  userId: number,
  kernelId: number,
): StackTrace | undefined {
  if (userId === NO_STACK && kernelId === NO_STACK) return undefined;
  return {
    user: userId === NO_STACK ? [] : stacks.user(pid, userId),
    kernel: kernelId === NO_STACK ? [] : stacks.kernel(kernelId),
  };
}
