/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* sched_migrate_task: moves between CPUs, and who moved the thread. */
#include "probe.h"
#include "core_fixes.h"

INLINE void move_pending(struct hftmon_thread *t, u32 to, u64 now)
{
	struct hftmon_cpu *from_cpu = cpu_of(t->pending_cpu - 1), *to_cpu = cpu_of(to);

	if (!from_cpu || !to_cpu)
		return;
	__sync_fetch_and_add(&from_cpu->pending, -1);
	t->pending_cpu = to + 1;
	if (!__sync_fetch_and_add(&to_cpu->pending, 1))
		to_cpu->ran_since_ns = now;
}

SEC("tp_btf/sched_migrate_task")
int hftmon_migrate(tp_args *ctx)
{
	struct task_struct *task = ARG(0, void *);
	struct hftmon_thread *t = thread_of(task->pid);
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u64 now, position;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	cpu = bpf_get_smp_processor_id();
	c = cpu_of(cpu);
	if (!c)
		return 0;
	now = now_ns();
	t->migrations++;
	if (t->pending_cpu)
		move_pending(t, ARG(1, u32), now);
	c->counts[HFTMON_MIGRATE].seen++;
	tell_task(c, cpu, (void *)bpf_get_current_task_btf(), now);
	r = claim(c, cpu, HFTMON_MIGRATE, &position);
	if (!r)
		return 0;
	r->start_ns = now;
	r->duration_ns = 0;
	r->tid = t->tid;
	r->w[0] = task_cpu(task);
	r->w[1] = ARG(1, u32);
	r->w[2] = current_tid();
	publish(c, r, HFTMON_MIGRATE, position);
	return 0;
}
