/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Huge pages that a page fault brought. No tracepoint tells, but the kernel counts them per CPU at
 * the end of such a fault: what a CPU's count rose while the thread was on it, in the fault, is the
 * thread's own.
 */
#ifndef HFTMON_BPF_HUGE_H
#define HFTMON_BPF_HUGE_H

#include "probe.h"
#include "core_fixes.h"

/* Their values are the running kernel's. */
enum vm_event_item {
	THP_FAULT_ALLOC = 1,
	THP_FILE_ALLOC = 2,
};

#define EVENT(counts, item)                                                                        \
	read_int((void *)((counts) + sizeof(u64) * bpf_core_enum_value(enum vm_event_item, item)))

/* This CPU's count so far; 0 where it isn't known. */
INLINE u32 huge_pages_here(struct hftmon_cpu *c)
{
	u64 counts;

	if (!config.vm_events_distance ||
	    !bpf_core_enum_value_exists(enum vm_event_item, THP_FILE_ALLOC))
		return 0;
	if (!c->run_queue)
		c->run_queue = (u64)run_queue_of((void *)bpf_get_current_task_btf());
	/* Loaded back: a typed pointer takes no variable offset. */
	counts = *(volatile u64 *)&c->run_queue;
	if (!counts)
		return 0;
	counts += config.vm_events_distance;
	return EVENT(counts, THP_FAULT_ALLOC) + EVENT(counts, THP_FILE_ALLOC);
}

/* The thread in a fault gets or has a CPU. */
INLINE void huge_begin(struct hftmon_thread *t, struct hftmon_cpu *c)
{
	t->fault_huge_base = huge_pages_here(c);
}

/* The thread in a fault leaves its CPU, or the fault is over. */
INLINE void huge_end(struct hftmon_thread *t, struct hftmon_cpu *c)
{
	t->fault_huge += huge_pages_here(c) - t->fault_huge_base;
}

#endif
