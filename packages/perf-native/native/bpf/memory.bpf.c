/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What a target thread does for the kernel's memory before it gets its own: it frees pages, moves
 * them together, or moves them to another node. Within a page fault or a system call, and within
 * each other.
 */
#include "probe.h"

/* enum migrate_reason, the same since 5.15. */
#define REASON_SYSCALL 3
#define REASON_MBIND 4
#define REASON_NUMA 5
#define REASON_DEMOTION 8

struct compact_control {
	int order;
} __attribute__((preserve_access_index));

INLINE struct hftmon_memory_work *begin_work(u32 type, u32 subtype, s32 order)
{
	struct hftmon_thread *t = current_thread();
	struct hftmon_memory_work *w;

	if (!t || !config.enabled)
		return 0;
	w = &t->memory_work[type - 1];
	w->subtype = subtype;
	w->order = order;
	w->pages = 0;
	w->stolen_ns = t->stolen_ns;
	w->start_ns = now_ns();
	return w;
}

INLINE int end_work(u32 type, u64 pages)
{
	struct hftmon_thread *t = current_thread();
	u64 now, gross, inner, net, position;
	struct hftmon_memory_work *w;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	w = &t->memory_work[type - 1];
	c = this_cpu(&cpu);
	if (!c || !w->start_ns)
		return 0;
	now = now_ns();
	gross = now - w->start_ns;
	inner = t->stolen_ns - w->stolen_ns;
	net = gross > inner ? gross - inner : 0;
	w->start_ns = 0;
	/* Atomic: interrupts are on, and they add theirs. */
	__sync_fetch_and_add(&t->stolen_ns, net);
	r = claim_lasting(c, cpu, HFTMON_MEMORY_WORK, t->tid, now - gross, now, &position);
	if (!r)
		return 0;
	r->w[0] = type | w->subtype << 8;
	set_u64(r, 1, net);
	set_u64(r, 3, pages + w->pages);
	r->w[5] = w->order;
	publish(c, r, HFTMON_MEMORY_WORK, position);
	return 0;
}

#define RECLAIM(name, subtype, order)                                                              \
	SEC("tp_btf/mm_vmscan_" #name "_begin")                                                    \
	int hftmon_##name##_begin(tp_args *ctx)                                                    \
	{                                                                                          \
		begin_work(HFTMON_MEMORY_RECLAIM, subtype, ARG(order, s32));                       \
		return 0;                                                                          \
	}                                                                                          \
	SEC("tp_btf/mm_vmscan_" #name "_end")                                                      \
	int hftmon_##name##_end(tp_args *ctx)                                                      \
	{                                                                                          \
		return end_work(HFTMON_MEMORY_RECLAIM, ARG(0, u64));                               \
	}

RECLAIM(direct_reclaim, HFTMON_RECLAIM_DIRECT, 0)
RECLAIM(memcg_reclaim, HFTMON_RECLAIM_CGROUP, 0)
RECLAIM(node_reclaim, HFTMON_RECLAIM_NODE, 1)

SEC("tp_btf/mm_compaction_begin")
int hftmon_compaction_begin(tp_args *ctx)
{
	struct compact_control *control = ARG(0, void *);
	s32 order = -1;

	bpf_core_read(&order, sizeof(order), &control->order);
	begin_work(HFTMON_MEMORY_COMPACTION, 0, order);
	return 0;
}

SEC("tp_btf/mm_compaction_end")
int hftmon_compaction_end(tp_args *ctx)
{
	return end_work(HFTMON_MEMORY_COMPACTION, 0);
}

SEC("tp_btf/mm_migrate_pages_start")
int hftmon_migrate_pages_start(tp_args *ctx)
{
	u32 reason = ARG(1, u32);

	/* Other reasons move pages within a node. */
	if (reason == REASON_NUMA || reason == REASON_SYSCALL || reason == REASON_MBIND ||
	    reason == REASON_DEMOTION)
		begin_work(HFTMON_MEMORY_MIGRATION, reason, 0);
	return 0;
}

SEC("tp_btf/mm_migrate_pages")
int hftmon_migrate_pages(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	struct hftmon_memory_work *compaction;

	if (!t)
		return 0;
	compaction = &t->memory_work[HFTMON_MEMORY_COMPACTION - 1];
	if (compaction->start_ns && !t->memory_work[HFTMON_MEMORY_MIGRATION - 1].start_ns)
		compaction->pages += ARG(0, u64);
	return end_work(HFTMON_MEMORY_MIGRATION, ARG(0, u64));
}
