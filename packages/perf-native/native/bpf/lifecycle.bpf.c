/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Threads that come, change their tid by exec, or change their name. Ends: see switch.bpf.c. */
#include "probe.h"

INLINE void thread_init(struct hftmon_thread *t, u32 slot, struct task_struct *task, u64 now)
{
	/* The slot was zeroed when it was freed. */
	t->slot = slot;
	t->task = (u64)task;
	t->tid = task->pid;
	t->tgid = task->tgid;
	t->attached_ns = now;
	t->since_ns = now;
	t->came_ns = now;
	t->wake_ns = now;
	t->waker_tid = current_tid();
	t->out_stacks = ~0u;
	t->queue_depth = HFTMON_DEPTH_UNKNOWN;
	t->out_flags = HFTMON_SWITCH_VOLUNTARY | HFTMON_SWITCH_NEW;
	t->born = 1;
	t->state = HFTMON_THREAD_BLOCKED;
}

SEC("tp_btf/sched_process_fork")
int hftmon_fork(tp_args *ctx)
{
	struct task_struct *parent = ARG(0, void *), *child = ARG(1, void *);
	struct hftmon_thread *t;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u64 now, position;
	u32 *entry, cpu, slot;

	if (!config.enabled || !thread_of(parent))
		return 0;
	if (child->tgid != parent->tgid && !config.follow_children)
		return 0;
	entry = slot_entry(child->pid);
	c = this_cpu(&cpu);
	if (!entry || !c || *entry)
		return 0;
	if (bpf_map_pop_elem(&free_slots, &slot)) {
		__sync_fetch_and_add(&config.untracked_threads, 1);
		return 0;
	}
	t = bpf_map_lookup_elem(&threads, &slot);
	if (!t)
		return 0;
	now = now_ns();
	thread_init(t, slot, child, now);
	/* User space may have found the thread in /proc and registered it a moment ago. */
	if (__sync_val_compare_and_swap(entry, 0, slot)) {
		t->state = HFTMON_THREAD_EXITED;
		t->tgid = 0;
		return 0;
	}
	c->counts[HFTMON_THREAD_START].seen++;
	tell_task(c, cpu, child, now);
	r = claim_instant(c, cpu, HFTMON_THREAD_START, t->tid, now, &position);
	if (!r)
		return 0;
	r->w[0] = parent->pid;
	r->w[1] = t->tgid;
	publish(c, r, HFTMON_THREAD_START, position);
	return 0;
}

/* Was it told who has this tid? */
INLINE bool forget_name(u32 tid)
{
	u32 key = tid / HFTMON_TID_PAGE;
	struct tid_page *page = bpf_map_lookup_elem(&told, &key);
	bool was_told;

	if (!page)
		return false;
	was_told = page->entry[tid % HFTMON_TID_PAGE];
	page->entry[tid % HFTMON_TID_PAGE] = 0;
	return was_told;
}

/*
 * A thread other than the leader that calls exec takes over the leader's tid, and its slot goes
 * with it. The leader is a zombie by then but may have yet to leave its CPU, with the other tid.
 */
SEC("tp_btf/sched_process_exec")
int hftmon_exec(tp_args *ctx)
{
	struct task_struct *task = ARG(0, void *);
	u32 tid = task->pid, old_tid = ARG(1, u32), slot, leader_slot;
	u32 *old_entry, *entry;
	struct hftmon_thread *t;

	forget_name(tid);
	if (tid == old_tid)
		return 0;
	old_entry = slot_entry(old_tid);
	entry = slot_entry(tid);
	if (!old_entry || !entry || !*old_entry)
		return 0;
	slot = *old_entry;
	leader_slot = *entry;
	*entry = slot;
	*old_entry = leader_slot == slot ? 0 : leader_slot;
	t = bpf_map_lookup_elem(&threads, &slot);
	if (t)
		t->tid = tid;
	return 0;
}

/*
 * It gets the name right after the tracepoint. Records of a target thread itself don't say who it
 * is, and somebody may refer to another in between, so both are described here and now.
 */
SEC("tp_btf/task_rename")
int hftmon_rename(tp_args *ctx)
{
	struct task_struct *task = ARG(0, void *);
	struct hftmon_cpu *c;
	bool was_told = forget_name(task->pid);
	u32 cpu;

	if (!config.enabled || (!was_told && !thread_of(task)))
		return 0;
	c = this_cpu(&cpu);
	if (c)
		tell_task_as(c, cpu, task, ARG(1, const char *), now_ns());
	return 0;
}

/* The kernel passes small numbers where a signal has no details of its own. */
INLINE s32 signal_code(struct kernel_siginfo *info)
{
	s32 code;

	if (info == SEND_SIG_NOINFO)
		return SI_USER;
	if (info == SEND_SIG_PRIV || bpf_core_read(&code, sizeof(code), &info->si_code))
		return SI_KERNEL;
	return code;
}

SEC("tp_btf/signal_generate")
int hftmon_signal(tp_args *ctx)
{
	struct task_struct *task = ARG(2, void *);
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
	c->counts[HFTMON_SIGNAL].seen++;
	tell_task(c, cpu, (void *)bpf_get_current_task_btf(), now);
	r = claim_instant(c, cpu, HFTMON_SIGNAL, t->tid, now, &position);
	if (!r)
		return 0;
	r->w[0] = ARG(0, u32);
	r->w[1] = current_tid();
	r->w[2] = signal_code((void *)ARG(1, u64));
	publish(c, r, HFTMON_SIGNAL, position);
	return 0;
}
