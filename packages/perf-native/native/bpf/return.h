/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* The return of a target thread to a CPU, traced or found out later: how long it was off, and why. */
#ifndef HFTMON_BPF_RETURN_H
#define HFTMON_BPF_RETURN_H

#include "call.h"
#include "huge.h"
#include "probe.h"
#include "steal.h"
#include "throttle.h"

/*
 * The system call that the thread was in while it was off the CPU: its registers are still on
 * its kernel stack. Reading them costs as much as the rest of the record, so short absences,
 * which explain no spike, go without.
 */
INLINE u32 blocked_in(struct hftmon_thread *t, struct task_struct *next, u64 off, u32 *flags,
		      u64 *argument)
{
	u32 syscall;

	if (off < config.syscall_from_ns || *flags & HFTMON_SWITCH_PREEMPTED_IN_KERNEL)
		return 0;
	syscall = task_syscall(next, argument);
	if (!(*flags & HFTMON_SWITCH_VOLUNTARY) && syscall == NR_SCHED_YIELD + 1)
		*flags |= HFTMON_SWITCH_YIELDED;
	return syscall;
}

/* The same of one whose return was found out later: what its call told by itself. */
INLINE u32 left_in(struct hftmon_thread *t, u64 off, u64 *argument)
{
	u64 number = t->left_number;

	if (off < config.syscall_from_ns)
		return 0;
	*argument = t->left_argument;
	if (!t->left_start_ns) {
		/* It is still in it. */
		if (!t->syscall_start_ns || t->syscall_start_ns > t->since_ns)
			return 0;
		number = t->syscall_number;
		*argument = t->syscall_argument;
	}
	return (u32)number + 1;
}

#define WAIT_MAX ((1ull << 40) - 1) /* 18 minutes */
#define DEPTH_MAX 255

INLINE void set_wait(struct hftmon_record *r, u64 wait, u32 depth, u32 cpu)
{
	if (wait > WAIT_MAX)
		wait = WAIT_MAX;
	if (depth > DEPTH_MAX)
		depth = DEPTH_MAX;
	r->w[3] = (u32)wait;
	r->w[4] = (u32)(wait >> 32) | depth << 8 | cpu << 16;
}

/*
 * The thread gets its CPU: account the time off it and say what it was. `seen` is false when that
 * was found out later: then nobody knows who ran before, and the registers have moved on.
 */
INLINE void switch_in(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
		      struct task_struct *prev, struct task_struct *next, bool seen, u64 now)
{
	u64 off = now - t->since_ns, wait_from = t->since_ns, wait, position, argument = 0;
	u32 flags = t->out_flags, state = t->state, syscall;
	struct hftmon_record *r;

	if (state == HFTMON_THREAD_UNKNOWN) {
		t->voluntary_base = t->voluntary = next->nvcsw;
		t->involuntary_base = t->involuntary = next->nivcsw;
		flags = HFTMON_SWITCH_FIRST;
		t->queue_depth = HFTMON_DEPTH_UNKNOWN;
		t->out_stacks = ~0u;
		t->out_next_tid = prev->pid;
		t->cpu = cpu;
	}
	/*
	 * A wake-up may be traced a moment before the switch-out that it ends (the waker doesn't
	 * hold the run queue's lock yet); then the thread was runnable all the time it was off.
	 * One from before its last run is not the end of this sleep: that was not traced, and how
	 * long the thread waited is not known.
	 */
	if (flags & HFTMON_SWITCH_VOLUNTARY) {
		if (t->wake_ns < t->came_ns) {
			wait_from = now;
			t->queue_depth = HFTMON_DEPTH_UNKNOWN;
		} else {
			flags |= HFTMON_SWITCH_WAKE_SEEN | t->wake_flags;
		}
		if (t->wake_ns > wait_from)
			wait_from = t->wake_ns;
	}
	if (!seen)
		flags |= HFTMON_SWITCH_RETURN_UNSEEN;
	if (t->throttle) {
		flags |= HFTMON_SWITCH_THROTTLED;
		throttle_end(t, c, cpu, prev, next, now);
	}
	if (t->fault_start_ns)
		huge_begin(t, c);
	if (config.steal_time_distance)
		steal_begin(c, now);
	wait = now - wait_from;
	syscall = seen ? 0 : left_in(t, off, &argument);
	t->off_cpu_ns += off;
	t->wait_ns += wait;
	t->stolen_ns += off;
	t->state = HFTMON_THREAD_RUNNING;
	t->since_ns = now;
	histogram_add(t->off_cpu_hist, off);
	histogram_add(t->wait_hist, wait);

	c->counts[HFTMON_SWITCH].seen++;
	if (too_short(HFTMON_SWITCH, off)) {
		c->counts[HFTMON_SWITCH].filtered++;
		t->cpu = cpu;
		return;
	}
	if (seen)
		tell_task(c, cpu, prev, now);
	r = claim(c, cpu, HFTMON_SWITCH, &position);
	if (r) {
		if (t->cpu != cpu)
			flags |= HFTMON_SWITCH_MIGRATED;
		if (seen)
			syscall = blocked_in(t, next, off, &flags, &argument);
		r->start_ns = now - off;
		r->duration_ns = off;
		r->tid = t->tid;
		r->w[0] = t->out_next_tid;
		r->w[1] = seen ? prev->pid : 0;
		r->w[2] = flags & HFTMON_SWITCH_VOLUNTARY ? t->waker_tid : 0;
		set_wait(r, wait, t->queue_depth, t->cpu);
		if (t->queue_depth != HFTMON_DEPTH_UNKNOWN)
			flags |= HFTMON_SWITCH_DEPTH_SEEN;
		r->w[5] = off >= config.stacks_from_ns ? t->out_stacks : ~0u;
		r->w[6] = flags | syscall << 16;
		set_u64(r, 7, argument);
		publish(c, r, HFTMON_SWITCH, position);
	}
	t->cpu = cpu;
}

/*
 * Some kernels keep switches of certain tasks from being traced (sandboxes hide their own). A
 * target thread that follows such a task is seen to leave a CPU on which it never came. The kernel's
 * account of its run time says when that was, as exactly as that leaves out interrupts. It leaves out
 * what the hypervisor took, too; that may have been before the return, which is then taken to be the
 * earlier.
 */
INLINE void unseen_return(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
			  struct task_struct *task, u64 now)
{
	u64 left = t->since_ns, earliest = left, came;

	steal_bound(t, c, cpu, now);
	came = now - (task->se.sum_exec_runtime - t->out_exec_ns) - t->out_steal_ns;
	/* In time to end its system call, or to begin another one. */
	if (t->left_start_ns && (long long)(came - t->left_end_ns) > 0)
		came = t->left_end_ns;
	else if (t->syscall_start_ns > left && (long long)(came - t->syscall_start_ns) > 0)
		came = t->syscall_start_ns;

	if (t->out_flags & HFTMON_SWITCH_VOLUNTARY && t->wake_ns > earliest)
		earliest = t->wake_ns;
	if ((long long)(came - earliest) < 0)
		came = earliest;
	if ((long long)(now - came) < 0)
		came = now;
	not_pending(t);
	/* What ran before is not known: leave it to nobody. */
	if (c->ran_since_ns && c->ran_since_ns < came)
		c->ran_since_ns = came;
	switch_in(t, c, cpu, task, task, false, came);
	call_left(t, c, cpu, came - left);
	/* Not taken from what began since. */
	if (t->syscall_start_ns > left)
		t->syscall_stolen_ns += came - left;
	if (t->fault_start_ns > left)
		t->fault_stolen_ns += came - left;
	if (t->lock_start_ns > left)
		t->lock_stolen_ns += came - left;
}

#endif
