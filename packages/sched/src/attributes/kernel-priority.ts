import type { SchedulingAttributes } from '@hftmon/perf-native';

const FIFO = 1;
const RR = 2;
const IDLE = 5;
const DEADLINE = 6;

/** Is it a policy with real-time priorities? */
export function isRealtime(policy: number): boolean {
  return policy === FIFO || policy === RR;
}

/**
 * Priority as the kernel counts, the lower the stronger: -1 deadline, 0 to 98 real-time, 100 to
 * 139 fair. SCHED_IDLE, which the kernel tells apart by the policy, is 140.
 */
export function kernelPriority({ policy, nice, priority }: SchedulingAttributes): number {
  if (policy === DEADLINE) return -1;
  if (isRealtime(policy)) return 99 - priority;
  return policy === IDLE ? 140 : 120 + nice;
}
