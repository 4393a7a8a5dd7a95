/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* sched_migrate_task: moves between CPUs, and who moved the thread. */
#include "probe.h"
#include "core_fixes.h"

SEC("tp_btf/sched_migrate_task")
int hftmon_migrate(tp_args *ctx)
{
	struct task_struct *task = ARG(0, void *);
	struct hftmon_thread *t = thread_of(task);
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u64 now, position;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	now = now_ns();
	t->migrations++;
	if (t->pending_cpu) {
		not_pending(t);
		now_pending(t, ARG(1, u32), now);
		/* Not one that a balancer moves: how long the queue was when it began to wait stands. */
		if (task->__state & TASK_WAKING)
			t->queue_depth = runnable_on(ARG(1, u32));
	}
	c->counts[HFTMON_MIGRATE].seen++;
	if (too_short(HFTMON_MIGRATE, 0)) {
		c->counts[HFTMON_MIGRATE].filtered++;
		return 0;
	}
	tell_task(c, cpu, (void *)bpf_get_current_task_btf(), now);
	r = claim_instant(c, cpu, HFTMON_MIGRATE, t->tid, now, &position);
	if (!r)
		return 0;
	r->w[0] = task_cpu(task);
	r->w[1] = ARG(1, u32);
	r->w[2] = current_tid();
	publish(c, r, HFTMON_MIGRATE, position);
	return 0;
}
