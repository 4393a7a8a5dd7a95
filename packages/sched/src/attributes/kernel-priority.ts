import { policyName, type TaskInfo } from '@hftmon/core';
import type { SchedulingAttributes } from '@hftmon/perf-native';

const FIFO = 1;
const RR = 2;
const IDLE = 5;
const DEADLINE = 6;

const IDLE_PRIORITY = 140;

/**
 * Priority as the kernel counts, the lower the stronger: -1 deadline, 0 to 98 real-time, 100 to
 * 139 fair. SCHED_IDLE, which the kernel tells apart by the policy, is 140.
 */
export function kernelPriority({ policy, nice, priority }: SchedulingAttributes): number {
  if (policy === DEADLINE) return -1;
  if (policy === FIFO || policy === RR) return 99 - priority;
  return policy === IDLE ? IDLE_PRIORITY : 120 + nice;
}

/** The same of a task as the stream tells it: as it runs, with what it was lent. */
export function kernelPriorityOf(policy: number, priority: number): number {
  // The stream carries 16 bits: -1, deadline, reads as 65535.
  if (priority === 0xffff) return -1;
  return policy === IDLE && priority >= 100 ? IDLE_PRIORITY : priority;
}

/** The same of a task of the directory. */
export function taskPriority({ policy, priority }: TaskInfo): number {
  return kernelPriorityOf(policy === policyName(IDLE) ? IDLE : 0, priority);
}
