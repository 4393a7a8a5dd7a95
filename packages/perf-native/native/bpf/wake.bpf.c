/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* sched_waking: since when a thread wants to run, and who wanted it to. */
#include "probe.h"
#include "core_fixes.h"
#include "timer.h"

/*
 * Others that are runnable on the CPU where the thread is put, unless it is put elsewhere (see
 * migrate.bpf.c). Whether one that has yet to leave its CPU is among them depends on the moment.
 */
INLINE u32 depth_at_wake(struct task_struct *task)
{
	struct rq *rq = run_queue_of(task);

	return rq && !task->on_cpu ? runnable_in(rq) : HFTMON_DEPTH_UNKNOWN;
}

SEC("tp_btf/sched_waking")
int hftmon_wake(tp_args *ctx)
{
	struct task_struct *task = ARG(0, void *), *waker;
	struct hftmon_thread *t = thread_of(task);
	struct hftmon_cpu *c;
	u32 cpu;
	u64 now;

	if (!t || !config.enabled)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	now = now_ns();
	waker = (void *)bpf_get_current_task_btf();
	t->wake_ns = now;
	t->waker_tid = waker->pid;
	t->queue_depth = depth_at_wake(task);
	if (!c->run_queue)
		c->run_queue = (u64)run_queue_of(waker);
	t->wake_flags = in_interrupt(c, waker) ? HFTMON_SWITCH_WOKEN_BY_INTERRUPT : 0;
	tell_task(c, cpu, waker, now);
	/* One that was asleep when it was attached was blocked since then. */
	if (t->state == HFTMON_THREAD_UNKNOWN && !task->on_cpu) {
		t->voluntary_base = t->voluntary = task->nvcsw;
		t->involuntary_base = t->involuntary = task->nivcsw;
		t->out_flags = HFTMON_SWITCH_VOLUNTARY | HFTMON_SWITCH_FIRST;
		t->out_stacks = ~0u;
		t->cpu = task_cpu(task);
		t->out_exec_ns = task->se.sum_exec_runtime;
		t->state = HFTMON_THREAD_BLOCKED;
	}
	if (t->wake_flags)
		tell_late_timer(t, c, cpu, now);
	/*
	 * A thread still on its CPU never gets to wait: it is woken before it could sleep. Another
	 * may yet be moved to another CPU; sched_migrate_task then moves the count.
	 */
	if (t->state == HFTMON_THREAD_BLOCKED)
		now_pending(t, task_cpu(task), now);
	return 0;
}
