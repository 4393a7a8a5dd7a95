import { SwitchFlag, type TaskInfo } from '@hftmon/core';
import type { PreemptionReason } from './types.js';

/** The kernel's threads that carry tasks from one CPU to another are called migration/CPU. */
const MOVER = /^migration\/\d+$/;

/**
 * Why a thread was taken off its CPU, as far as the evidence goes.
 * @param flags - of the Switch record
 * @param own - the thread when it left the CPU
 * @param culprit - who got the CPU; `undefined` for the idle task
 * @returns `undefined` for a voluntary switch, and when nothing explains the involuntary one
 */
export function preemptionReason(
  flags: number,
  own: TaskInfo | undefined,
  culprit: TaskInfo | undefined,
): PreemptionReason | undefined {
  if ((flags & (SwitchFlag.Voluntary | SwitchFlag.First)) !== 0) return undefined;
  if ((flags & SwitchFlag.Yielded) !== 0) return 'yield';
  if ((flags & SwitchFlag.Migrated) !== 0 && culprit !== undefined && isMover(culprit)) {
    return 'migrated';
  }
  if (own === undefined || culprit === undefined) return undefined;
  return byStrength(own, culprit);
}

/** A weaker culprit, or an equal one under SCHED_FIFO, explains nothing. */
function byStrength(own: TaskInfo, culprit: TaskInfo): PreemptionReason | undefined {
  const ownClass = schedulingClass(own);
  const culpritClass = schedulingClass(culprit);
  if (culpritClass < ownClass) return 'higher priority';
  if (culpritClass > ownClass) return undefined;
  if (ownClass !== REAL_TIME) return 'time slice';
  if (culprit.priority < own.priority) return 'higher priority';
  return culprit.priority === own.priority && own.policy === 'SCHED_RR' ? 'time slice' : undefined;
}

const DEADLINE = 0;
const REAL_TIME = 1;
const FAIR = 2;
const IDLE = 3;

/**
 * Strongest first. By kernel priority, because a task that inherits one runs in its class: below 0
 * deadline, below 100 real-time.
 */
function schedulingClass({ priority, policy }: TaskInfo): number {
  // The stream carries 16 bits: -1 reads as 65535.
  if (priority < 0 || priority > 0x7fff) return DEADLINE;
  if (priority < 100) return REAL_TIME;
  return policy === 'SCHED_IDLE' ? IDLE : FAIR;
}

function isMover({ comm, kernelThread }: TaskInfo): boolean {
  return kernelThread && MOVER.test(comm);
}
