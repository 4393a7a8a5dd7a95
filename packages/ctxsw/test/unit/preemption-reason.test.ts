import { describe, expect, it } from 'vitest';
import { SwitchFlag, type TaskInfo } from '@hftmon/core';
import { preemptionReason } from '../../src/preemption-reason.js';

function task(policy: string, priority: number, more: Partial<TaskInfo> = {}): TaskInfo {
  return { tid: 1, pid: 1, comm: 'task', policy, priority, kernelThread: false, ...more };
}

const fair = task('SCHED_OTHER', 120);
const nice = task('SCHED_OTHER', 139);
const idle = task('SCHED_IDLE', 120);
const fifo10 = task('SCHED_FIFO', 89);
const fifo50 = task('SCHED_FIFO', 49);
const rr10 = task('SCHED_RR', 89);
const deadline = task('SCHED_DEADLINE', 0xffff);
const mover = task('SCHED_FIFO', 0, { comm: 'migration/3', kernelThread: true });

describe('preemptionReason', () => {
  it.each([
    ['a real-time task over a fair one', fair, fifo10, 'higher priority'],
    ['a stronger real-time task', fifo10, fifo50, 'higher priority'],
    ['a deadline task over a real-time one', fifo50, deadline, 'higher priority'],
    ['a fair task over an idle-class one', idle, fair, 'higher priority'],
    ['a fair task over another', fair, fair, 'time slice'],
    ['a fair task over one with another nice value', nice, fair, 'time slice'],
    ['round robin', rr10, rr10, 'time slice'],
    ['an equal one under FIFO, which explains nothing', fifo10, fifo10, undefined],
    ['a weaker real-time task', fifo50, fifo10, undefined],
    ['a weaker class', fifo10, fair, undefined],
    ['the idle task', fair, undefined, undefined],
    ['the stopper without a move', fair, mover, 'higher priority'],
    // It runs in the class of the priority that it inherited.
    ['a fair task with an inherited priority', fair, task('SCHED_OTHER', 49), 'higher priority'],
  ])('%s', (_name, own, culprit, expected) => {
    expect(preemptionReason(0, own, culprit)).toBe(expected);
  });

  it('needs evidence of both', () => {
    expect(preemptionReason(0, undefined, fifo10)).toBeUndefined();
    expect(preemptionReason(0, fair, undefined)).toBeUndefined();
  });

  it('says yield and migrated by their flags', () => {
    expect(preemptionReason(SwitchFlag.Yielded, fair, fifo10)).toBe('yield');
    expect(preemptionReason(SwitchFlag.Migrated, fair, mover)).toBe('migrated');
    // Taken off by another task, and moved only later.
    expect(preemptionReason(SwitchFlag.Migrated, fair, fifo10)).toBe('higher priority');
    const impostor = task('SCHED_FIFO', 49, { comm: 'migration/0' });
    expect(preemptionReason(SwitchFlag.Migrated, fair, impostor)).toBe('higher priority');
  });

  it('has none for a voluntary switch, nor for one that was not seen', () => {
    expect(preemptionReason(SwitchFlag.Voluntary, fair, fifo10)).toBeUndefined();
    expect(preemptionReason(SwitchFlag.First, fair, fifo10)).toBeUndefined();
  });
});
