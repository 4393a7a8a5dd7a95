/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Page faults. The tracepoint marks the start; there is none for the end, and fexit is not to be
 * had everywhere. The software events PAGE_FAULTS_MIN and _MAJ are counted at the end of
 * handle_mm_fault(), so programs on them mark the end.
 */
#include "huge.h"
#include "steal.h"

INLINE int fault_start(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	struct pt_regs *regs = ARG(1, void *);
	struct hftmon_cpu *c;
	u64 now;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	t->fault_address = ARG(0, u64);
	t->fault_ip = regs->ip;
	t->fault_error = ARG(2, u64);
	t->fault_huge = 0;
	huge_begin(t, c);
	t->fault_stolen_ns = t->stolen_ns;
	now = now_ns();
	t->fault_start_ns = now;
	steal_bound(t, c, cpu, now);
	return 0;
}

SEC("tp_btf/page_fault_user")
int hftmon_fault_user(tp_args *ctx)
{
	return fault_start(ctx);
}

/*
 * BPF programs, anybody's, may follow a pointer that leads nowhere, also in the middle of a page
 * fault: the load fails, and no page comes. These addresses are never mapped (vm.mmap_min_addr).
 * Nor does a page come where the kernel reads user memory with faults disabled, for example to walk
 * the stack of a thread that is switched out in the middle of one. Neither may be taken for the
 * start of the fault around it.
 */
#define LOWEST_ADDRESS 65536

SEC("tp_btf/page_fault_kernel")
int hftmon_fault_kernel(tp_args *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return ARG(0, u64) < LOWEST_ADDRESS || task->pagefault_disabled ? 0 : fault_start(ctx);
}

INLINE int fault_end(u32 type)
{
	struct hftmon_thread *t = current_thread();
	u64 now, gross, net, inner, position;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	if (type == 2)
		t->major_faults++;
	else
		t->minor_faults++;
	if (!t->fault_start_ns)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	now = now_ns();
	steal_bound(t, c, cpu, now);
	gross = now - t->fault_start_ns;
	inner = t->stolen_ns - t->fault_stolen_ns;
	net = gross > inner ? gross - inner : 0;
	huge_end(t, c);
	t->fault_start_ns = 0;
	t->fault_ns += net;
	/* Atomic: interrupts are on, and they add theirs. */
	__sync_fetch_and_add(&t->stolen_ns, net);
	r = claim_lasting(c, cpu, HFTMON_FAULT, t->tid, now - gross, now, &position);
	if (!r)
		return 0;
	r->w[0] = type | t->fault_huge << 8;
	set_u64(r, 1, net);
	set_u64(r, 3, t->fault_address);
	r->w[5] = t->fault_error;
	set_u64(r, 6, t->fault_ip);
	publish(c, r, HFTMON_FAULT, position);
	return 0;
}

SEC("perf_event")
int hftmon_fault_minor(void *ctx)
{
	return fault_end(1);
}

SEC("perf_event")
int hftmon_fault_major(void *ctx)
{
	return fault_end(2);
}
