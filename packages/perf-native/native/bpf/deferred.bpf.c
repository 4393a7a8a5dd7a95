/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Work that the kernel put off to its worker threads: how long it waited and how long it ran. */
#include "interrupt.h"
#include "core_fixes.h"

/* By address of the work_struct while it is queued, by that of the worker while it runs. */
struct work_state {
	u64 since_ns;
	u64 delay_ns;
	u64 function;
	u32 flags;
	u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, u64);
	__type(value, struct work_state);
} works SEC(".maps");

/*
 * BH workqueues (since 4cb1ef64609f, 6.9) do their work in a softirq, on top of any task, also of
 * a worker in the middle of another work. Their time is the softirq's.
 */
INLINE bool is_worker(struct hftmon_cpu *c, struct task_struct *task)
{
	return task->flags & PF_WQ_WORKER && !in_interrupt(c, task);
}

SEC("tp_btf/workqueue_queue_work")
int hftmon_work_queued(tp_args *ctx)
{
	struct work_state state = {};
	u64 work = ARG(2, u64);

	if (!config.enabled)
		return 0;
	state.since_ns = now_ns();
	bpf_map_update_elem(&works, &work, &state, BPF_ANY);
	return 0;
}

SEC("tp_btf/workqueue_execute_start")
int hftmon_work_start(tp_args *ctx)
{
	struct work_struct *work = ARG(0, void *);
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct work_state state = {}, *queued;
	u64 key = (u64)work, worker = (u64)task;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!config.enabled)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	state.since_ns = now_ns();
	bpf_core_read(&state.function, sizeof(state.function), &work->func);
	if (c->pending)
		state.flags |= HFTMON_TARGET_WAITING;
	queued = bpf_map_lookup_elem(&works, &key);
	if (queued) {
		state.delay_ns = state.since_ns - queued->since_ns;
		state.flags |= HFTMON_WORK_QUEUE_SEEN;
		bpf_map_delete_elem(&works, &key);
	}
	if (!is_worker(c, task))
		return 0;
	bpf_map_update_elem(&works, &worker, &state, BPF_ANY);
	return 0;
}

SEC("tp_btf/workqueue_execute_end")
int hftmon_work_end(tp_args *ctx)
{
	struct task_struct *worker = (void *)bpf_get_current_task_btf();
	u64 key = (u64)worker, now, ran, position;
	struct work_state *known, state;
	struct hftmon_sources *s;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!config.enabled)
		return 0;
	c = this_cpu(&cpu);
	s = sources_of(cpu);
	known = bpf_map_lookup_elem(&works, &key);
	if (!c || !s || !known || !is_worker(c, worker))
		return 0;
	state = *known;
	bpf_map_delete_elem(&works, &key);
	now = now_ns();
	ran = now - state.since_ns;
	if (c->pending)
		state.flags |= HFTMON_TARGET_WAITING;
	source_add(&s->work, ran, ran, state.flags & HFTMON_TARGET_WAITING);
	if (state.flags & HFTMON_WORK_QUEUE_SEEN)
		delay_add(&s->work_delay, state.delay_ns);
	c->counts[HFTMON_WORK].seen++;
	if (!(state.flags & HFTMON_TARGET_WAITING) || too_short(HFTMON_WORK, ran)) {
		c->counts[HFTMON_WORK].filtered++;
		return 0;
	}
	tell_task(c, cpu, worker, now);
	r = claim(c, cpu, HFTMON_WORK, &position);
	if (!r)
		return 0;
	r->start_ns = state.since_ns;
	r->duration_ns = ran;
	r->tid = worker->pid;
	set_u64(r, 0, state.function);
	r->w[2] = state.flags;
	set_u64(r, 3, state.delay_ns);
	publish(c, r, HFTMON_WORK, position);
	return 0;
}
