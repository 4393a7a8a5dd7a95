/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Threads that leave their CPU because a limit on CPU time is used up: the quota of a control group
 * (CFS bandwidth), the share that real-time threads may have, or a deadline thread's own budget.
 * No tracepoint says so; the scheduler's own state does, at the switch.
 */
#ifndef HFTMON_BPF_THROTTLE_H
#define HFTMON_BPF_THROTTLE_H

#include "probe.h"
#include "core_fixes.h"

/* Kernel priorities: below 0 deadline, below 100 real-time, fair from there on. */
#define FIRST_FAIR_PRIORITY 100
/* Depth of control groups up to which the one with the limit is looked for. */
#define GROUP_LEVELS 8

/*
 * Each thread by itself since e1fad12dcb66 (6.18), on its way back to user space; before, all that
 * is in the queue of a group.
 */
INLINE bool is_fair_throttled(struct task_struct *task)
{
	if (bpf_core_field_exists(task->throttled))
		return task->throttled;
	if (bpf_core_field_exists(task->se.cfs_rq->throttle_count))
		return untrusted(task)->se.cfs_rq->throttle_count > 0;
	return false;
}

/* The group whose share is used up is the thread's own or one above it. */
INLINE bool is_realtime_throttled(struct hftmon_thread *t, struct task_struct *task)
{
	struct sched_rt_entity *entity;
	struct rt_rq *queue;

	if (!bpf_core_field_exists(task->se.cfs_rq->rq->rt.rt_throttled))
		return false;
	if (!bpf_core_field_exists(task->rt.rt_rq))
		return untrusted(task)->se.cfs_rq->rq->rt.rt_throttled;
	entity = &untrusted(task)->rt;
#pragma unroll
	for (int level = 0; level < GROUP_LEVELS; level++) {
		queue = entity->rt_rq;
		if (queue->rt_throttled) {
			t->throttle_cgroup = queue->tg->css.cgroup->kn->id;
			t->throttle_quota_ns = queue->tg->rt_bandwidth.rt_runtime;
			t->throttle_period_ns = queue->tg->rt_bandwidth.rt_period;
			return true;
		}
		entity = entity->parent;
		if (!entity)
			return false;
	}
	return false;
}

/* One that yields what is left of its budget waits for the next period of its own will. */
INLINE bool is_deadline_throttled(struct task_struct *task)
{
	return BPF_CORE_READ_BITFIELD(task, dl.dl_throttled) &&
	       !BPF_CORE_READ_BITFIELD(task, dl.dl_yielded);
}

/* Why a thread that wants to go on has to leave its CPU, if a limit makes it. */
INLINE u32 throttle_type(struct hftmon_thread *t, struct task_struct *task)
{
	if (task->prio < 0)
		return is_deadline_throttled(task) ? HFTMON_THROTTLE_DEADLINE : 0;
	if (task->prio < FIRST_FAIR_PRIORITY)
		return is_realtime_throttled(t, task) ? HFTMON_THROTTLE_REALTIME : 0;
	return is_fair_throttled(task) ? HFTMON_THROTTLE_QUOTA : 0;
}

/* The group whose quota is used up, likewise. */
INLINE void find_quota(struct hftmon_thread *t, struct task_struct *task)
{
	struct sched_entity *entity = &untrusted(task)->se;
	struct cfs_rq *queue;

#pragma unroll
	for (int level = 0; level < GROUP_LEVELS; level++) {
		queue = entity->cfs_rq;
		if (!queue)
			return;
		if (BPF_CORE_READ_BITFIELD(queue, throttled)) {
			t->throttle_cgroup = queue->tg->css.cgroup->kn->id;
			t->throttle_quota_ns = queue->tg->cfs_bandwidth.quota;
			t->throttle_period_ns = queue->tg->cfs_bandwidth.period;
			return;
		}
		entity = entity->parent;
		if (!entity)
			return;
	}
}

/* Since 677ea015f231 a queue keeps the time that it was kept from running, for itself. */
INLINE void remember_fair(struct hftmon_thread *t, struct task_struct *task)
{
	struct cfs_rq *queue;

	if (!bpf_core_field_exists(task->se.cfs_rq->throttled_clock_self))
		return;
	queue = untrusted(task)->se.cfs_rq;
	t->throttle_queue = (u64)queue;
	t->throttle_since = queue->throttled_clock_self;
	t->throttle_sum = queue->throttled_clock_self_time;
}

/* At the switch-out of a thread that wants to go on. */
INLINE void throttle_begin(struct hftmon_thread *t, struct task_struct *task)
{
	t->throttle_queue = 0;
	t->throttle_cgroup = 0;
	t->throttle_quota_ns = 0;
	t->throttle_period_ns = 0;
	t->throttle = throttle_type(t, task);
	if (t->throttle == HFTMON_THROTTLE_QUOTA) {
		remember_fair(t, task);
		find_quota(t, task);
	} else if (t->throttle == HFTMON_THROTTLE_DEADLINE) {
		t->throttle_quota_ns = task->dl.dl_runtime;
		t->throttle_period_ns = task->dl.dl_period;
	}
}

/*
 * How long ago the thread could run again, by the clock of its run queue; -1 if that is not known.
 * The queue says how long it was throttled, and since when it was is remembered.
 */
INLINE long long ago_by_queue(struct hftmon_thread *t, struct task_struct *task)
{
	struct cfs_rq *queue;
	u64 sum;

	if (!bpf_core_field_exists(task->se.cfs_rq->throttled_clock_self))
		return -1;
	queue = untrusted(task)->se.cfs_rq;
	/* In another group, or on another CPU, it is another queue. */
	if ((u64)queue != t->throttle_queue || !t->throttle_since)
		return -1;
	sum = queue->throttled_clock_self_time - t->throttle_sum;
	return queue->rq->clock - (t->throttle_since + sum);
}

/*
 * Does a thread that may run again take its CPU at once from this one? From the idle task all do,
 * real-time and deadline threads from all that are weaker.
 */
INLINE bool yields_at_once(struct hftmon_thread *t, struct task_struct *prev)
{
	if (t->throttle == HFTMON_THROTTLE_REALTIME)
		return prev->prio >= FIRST_FAIR_PRIORITY;
	if (t->throttle == HFTMON_THROTTLE_DEADLINE)
		return prev->prio >= 0;
	return !prev->pid;
}

/*
 * Time that the thread was kept from running, of that from its switch-out to its return at `came`;
 * 0 if that is not known. The run queue's clock is read now, which may be later.
 */
INLINE u64 throttled_ns(struct hftmon_thread *t, struct task_struct *prev, struct task_struct *next,
			u64 came)
{
	long long ago = t->throttle == HFTMON_THROTTLE_QUOTA ? ago_by_queue(t, next) : -1;
	u64 end;

	if (ago < 0)
		return prev != next && yields_at_once(t, prev) ? came - t->since_ns : 0;
	end = now_ns() - ago;
	if ((long long)(end - came) > 0)
		end = came;
	return (long long)(end - t->since_ns) > 0 ? end - t->since_ns : 0;
}

/*
 * The return of a thread that was throttled at its switch-out; `prev` is the thread itself when the
 * return was not traced.
 */
INLINE void throttle_end(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
			 struct task_struct *prev, struct task_struct *next, u64 came)
{
	struct hftmon_record *r;
	u64 position;

	c->counts[HFTMON_THROTTLE].seen++;
	if (too_short(HFTMON_THROTTLE, came - t->since_ns)) {
		c->counts[HFTMON_THROTTLE].filtered++;
		return;
	}
	r = claim(c, cpu, HFTMON_THROTTLE, &position);
	if (!r)
		return;
	r->start_ns = t->since_ns;
	r->duration_ns = throttled_ns(t, prev, next, came);
	r->tid = t->tid;
	r->w[0] = t->throttle;
	set_u64(r, 1, t->throttle_cgroup);
	set_u64(r, 3, t->throttle_quota_ns);
	set_u64(r, 5, t->throttle_period_ns);
	publish(c, r, HFTMON_THROTTLE, position);
}

#endif
