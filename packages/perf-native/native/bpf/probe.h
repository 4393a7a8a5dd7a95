/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* What every probe needs: looking things up, claiming and publishing records, accounting. */
#ifndef HFTMON_BPF_PROBE_H
#define HFTMON_BPF_PROBE_H

#include "cast.h"

#define INLINE static __always_inline

INLINE u64 now_ns(void)
{
	return bpf_ktime_get_ns();
}

INLINE u32 *slot_entry(u32 tid)
{
	u32 key = tid / HFTMON_TID_PAGE;
	struct tid_page *page = bpf_map_lookup_elem(&slots, &key);

	return page ? &page->entry[tid % HFTMON_TID_PAGE] : 0;
}

INLINE struct hftmon_thread *thread_with(u32 tid)
{
	u32 *slot = slot_entry(tid);
	u32 key;

	if (!slot || !*slot)
		return 0;
	key = *slot;
	return bpf_map_lookup_elem(&threads, &key);
}

/*
 * The slot under the task's tid is another's. When a thread other than the leader calls exec, the
 * two exchange their tids before we are told (see hftmon_exec), and the leader still has to leave
 * its CPU for the last time: each is found under the tid that the other has now.
 */
INLINE struct hftmon_thread *thread_moved(struct hftmon_thread *found, struct task_struct *task)
{
	struct task_struct *other = (void *)found->task;
	struct hftmon_thread *t;
	u32 tid = task->tgid;

	if (task->pid == task->tgid && bpf_core_read(&tid, sizeof(tid), &other->pid))
		return 0;
	t = thread_with(tid);
	return t && t->task == (u64)task ? t : 0;
}

INLINE struct hftmon_thread *thread_of(struct task_struct *task)
{
	struct hftmon_thread *t = thread_with(task->pid);

	if (!t || t->task == (u64)task)
		return t;
	if (t->task)
		return thread_moved(t, task);
	t->task = (u64)task;
	return t;
}

INLINE struct hftmon_thread *current_thread(void)
{
	return thread_of((void *)bpf_get_current_task_btf());
}

INLINE u32 current_tid(void)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return task->pid;
}

INLINE struct hftmon_cpu *cpu_of(u32 cpu)
{
	return bpf_map_lookup_elem(&cpus, &cpu);
}

/* The CPU that a program runs on, with its number. */
INLINE struct hftmon_cpu *this_cpu(u32 *cpu)
{
	*cpu = bpf_get_smp_processor_id();
	return cpu_of(*cpu);
}

INLINE struct hftmon_sources *sources_of(u32 cpu)
{
	return bpf_map_lookup_elem(&sources, &cpu);
}

/*
 * Events of a kind don't interrupt each other on a CPU, so that a plain add will do, but for TASK:
 * any probe may tell who a task is, also one that is hit by an interrupt, whose probes do too; and
 * for SPAN and PAUSE: a uprobe's program may be preempted by another one.
 */
INLINE void count_one(u64 *counter, u32 kind)
{
	if (kind == HFTMON_TASK || kind == HFTMON_SPAN || kind == HFTMON_PAUSE)
		__sync_fetch_and_add(counter, 1);
	else
		*counter += 1;
}

/*
 * Claims the next record of this CPU's ring, or counts the event as dropped. Programs nest on a
 * CPU, so the claim is one atomic add; the margin makes the check before it safe (see
 * HFTMON_RING_MARGIN). `*position` goes to publish().
 */
INLINE struct hftmon_record *claim(struct hftmon_cpu *c, u32 cpu, u32 kind, u64 *position)
{
	struct hftmon_record *r;
	u32 key;

	if (*(volatile u64 *)&c->head - *(volatile u64 *)&c->tail > ring_mask - HFTMON_RING_MARGIN)
		goto dropped;
	*position = __sync_fetch_and_add(&c->head, 1);
	key = cpu * (ring_mask + 1) + ((u32)*position & ring_mask);
	r = bpf_map_lookup_elem(&records, &key);
	if (!r)
		goto dropped;
	r->cpu = cpu;
	r->kind = kind;
	return r;
dropped:
	count_one(&c->counts[kind].dropped, kind);
	return 0;
}

INLINE bool too_short(u32 kind, u64 ns)
{
	return ns < config.min_duration_ns[kind];
}

/* The same for what lasted from `start` to `end`: it is counted, and left out if it was too short. */
INLINE struct hftmon_record *claim_lasting(struct hftmon_cpu *c, u32 cpu, u32 kind, u32 tid,
					   u64 start, u64 end, u64 *position)
{
	struct hftmon_record *r;

	count_one(&c->counts[kind].seen, kind);
	if (too_short(kind, end - start)) {
		count_one(&c->counts[kind].filtered, kind);
		return 0;
	}
	r = claim(c, cpu, kind, position);
	if (!r)
		return 0;
	r->start_ns = start;
	r->duration_ns = end - start;
	r->tid = tid;
	return r;
}

/* The same for what has no duration. */
INLINE struct hftmon_record *claim_instant(struct hftmon_cpu *c, u32 cpu, u32 kind, u32 tid,
					   u64 now, u64 *position)
{
	struct hftmon_record *r = claim(c, cpu, kind, position);

	if (!r)
		return 0;
	r->start_ns = now;
	r->duration_ns = 0;
	r->tid = tid;
	return r;
}

/* Makes a claimed record visible to the pump: the commit word is stored after all others. */
INLINE void publish(struct hftmon_cpu *c, struct hftmon_record *r, u32 kind, u64 position)
{
	count_one(&c->counts[kind].emitted, kind);
#if defined(__TARGET_ARCH_x86)
	/* x86 keeps the order of stores; only the compiler must be told. */
	barrier();
	*(volatile u32 *)&r->commit = (u32)position + 1;
#else
	__sync_lock_test_and_set(&r->commit, (u32)position + 1);
#endif
}

/* The thread waits in a CPU's run queue from now on; each is counted once. */
INLINE void now_pending(struct hftmon_thread *t, u32 cpu, u64 now)
{
	struct hftmon_cpu *c = cpu_of(cpu);

	if (!c || t->pending_cpu)
		return;
	t->pending_cpu = cpu + 1;
	if (!__sync_fetch_and_add(&c->pending, 1))
		c->ran_since_ns = now;
}

INLINE void not_pending(struct hftmon_thread *t)
{
	struct hftmon_cpu *c;

	if (!t->pending_cpu)
		return;
	c = cpu_of(t->pending_cpu - 1);
	if (c)
		__sync_fetch_and_add(&c->pending, -1);
	t->pending_cpu = 0;
}

INLINE void set_u64(struct hftmon_record *r, u32 word, u64 value)
{
	r->w[word] = (u32)value;
	r->w[word + 1] = value >> 32;
}

/* 1 if above the limit. Subtracted: a comparison is a jump, and the verifier follows both ways. */
INLINE u32 above(u64 v, u64 limit)
{
	return (limit - v) >> 63;
}

/* log2 of less than 2^63, without a count-leading-zeros instruction, which BPF lacks. */
INLINE u32 log2_u64(u64 v)
{
	u32 r, shift;

	r = above(v, 0xffffffff) << 5;
	v >>= r;
	shift = above(v, 0xffff) << 4;
	v >>= shift;
	r |= shift;
	shift = above(v, 0xff) << 3;
	v >>= shift;
	r |= shift;
	shift = above(v, 0xf) << 2;
	v >>= shift;
	r |= shift;
	shift = above(v, 0x3) << 1;
	v >>= shift;
	r |= shift;
	r |= v >> 1;
	/*
	 * The result is below 64, but older verifiers (6.1) learn that only from a mask, which clang
	 * would drop: it knows as well. So it is kept from knowing.
	 */
	__asm__ volatile("" : "+r"(r));
	return r & 63;
}

INLINE void histogram_add(u32 *buckets, u64 ns)
{
	u32 i = log2_u64(ns);

	if (i > HFTMON_HIST_BUCKETS - 1)
		i = HFTMON_HIST_BUCKETS - 1;
	buckets[i]++;
}

/*
 * A SWITCH or RAN record carries tids only. The first time that a task is referred to, or when
 * its name, priority or policy changed since, a TASK record says who it is.
 */
INLINE void tell_task_as(struct hftmon_cpu *c, u32 cpu, struct task_struct *task, const char *comm,
			 u64 now)
{
	u32 tid = task->pid, key = tid / HFTMON_TID_PAGE, hash;
	struct tid_page *page;
	struct hftmon_record *r;
	u64 position, start;
	u32 *entry;

	if (!tid)
		return; /* the idle task has many shapes and needs no name */
	page = bpf_map_lookup_elem(&told, &key);
	if (!page)
		return;
	entry = &page->entry[tid % HFTMON_TID_PAGE];
	start = task->start_time;
	hash = ((u32)start ^ (u32)(start >> 32) * 0x9e3779b1) + config.task_generation;
	hash = (hash ^ task->prio << 24 ^ task->policy << 20) | 1;
	if (*entry == hash)
		return;
	count_one(&c->counts[HFTMON_TASK].seen, HFTMON_TASK);
	r = claim_instant(c, cpu, HFTMON_TASK, tid, now, &position);
	if (!r)
		return; /* not marked as told, so tried again */
	r->w[0] = task->tgid;
	r->w[1] = (task->policy & 0xffff) | task->prio << 16;
	r->w[2] = 0;
	bpf_probe_read_kernel_str(&r->w[2], 16, comm);
	r->w[6] = !!(task->flags & PF_KTHREAD);
	set_u64(r, 7, untrusted(task)->cgroups->dfl_cgrp->kn->id);
	publish(c, r, HFTMON_TASK, position);
	/* Last: another CPU that finds it told may publish its record that refers to it at once. */
	barrier();
	*(volatile u32 *)entry = hash;
}

INLINE void tell_task(struct hftmon_cpu *c, u32 cpu, struct task_struct *task, u64 now)
{
	tell_task_as(c, cpu, task, task->comm, now);
}

#endif
