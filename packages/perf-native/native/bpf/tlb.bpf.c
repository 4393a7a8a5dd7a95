/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The sending side of TLB shootdowns (x86): who makes other CPUs flush, how much, and from which
 * system call. What is sent is left with this CPU for the probe that names senders of IPIs.
 */
#include "probe.h"
#include "core_fixes.h"

/* enum tlb_flush_reason, the same since 4.2. */
#define TLB_REMOTE_SEND_IPI 4

SEC("tp_btf/tlb_flush")
int hftmon_tlb_flush(tp_args *ctx)
{
	u64 pages = ARG(1, u64), argument;
	struct hftmon_thread *t;
	struct hftmon_sources *s;
	struct hftmon_cpu *c;
	bool all;
	u32 cpu;

	if (!config.enabled || ARG(0, u32) != TLB_REMOTE_SEND_IPI)
		return 0;
	c = this_cpu(&cpu);
	s = sources_of(cpu);
	if (!c || !s)
		return 0;
	/* A flush of all is told as -1 pages. */
	all = pages >= HFTMON_TLB_ALL_PAGES;
	c->sending_pages = all ? HFTMON_TLB_ALL_PAGES : pages;
	c->sending_syscall = task_syscall((void *)bpf_get_current_task_btf(), &argument);
	s->tlb_sends.count++;
	if (all)
		s->tlb_sends.all++;
	else
		s->tlb_sends.pages += pages;
	t = current_thread();
	if (t)
		t->tlb_sends++;
	return 0;
}
