/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The sending side of IPIs (kernels since 6.4). The sender leaves its name with the receiving
 * CPU, whose vector probe reads it; when several send before one interrupt is taken, the last
 * one is named and the sends are counted.
 */
#include "idle.h"

INLINE void leave_name(struct hftmon_sender *sender, u64 call_site)
{
	sender->call_site = call_site;
	sender->tid = current_tid();
	sender->cpu = bpf_get_smp_processor_id();
	if (sender->sends != 0xffff)
		sender->sends++;
}

/* The flush that this CPU told last; the receiver's probe knows whether it is what was sent. */
INLINE void leave_flush(struct hftmon_cpu *receiver)
{
	struct hftmon_cpu *own = cpu_of(bpf_get_smp_processor_id());

	if (!own)
		return;
	receiver->flush_pages = own->sending_pages;
	receiver->flush_syscall = own->sending_syscall;
}

INLINE void name_sender(void)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct hftmon_cpu *own = cpu_of(cpu);

	if (own)
		tell_task(own, cpu, (void *)bpf_get_current_task_btf(), now_ns());
}

SEC("tp_btf/ipi_send_cpu")
int hftmon_ipi_send_cpu(tp_args *ctx)
{
	struct hftmon_cpu *c;

	if (!config.enabled)
		return 0;
	c = cpu_of(ARG(0, u32));
	if (!c)
		return 0;
	idle_kicked(c);
	/* Reschedule IPIs have no callback; function calls are named where they are queued. */
	if (ARG(2, u64))
		return 0;
	leave_name(&c->reschedule, ARG(1, u64));
	name_sender();
	return 0;
}

SEC("tp_btf/csd_queue_cpu")
int hftmon_csd_queue_cpu(tp_args *ctx)
{
	struct hftmon_cpu *c;

	if (!config.enabled)
		return 0;
	c = cpu_of(ARG(0, u32));
	if (!c)
		return 0;
	leave_name(&c->call, ARG(1, u64));
	leave_flush(c);
	name_sender();
	return 0;
}

/* raw_tp: a tp_btf program may not read an argument that is a function pointer. */
SEC("raw_tp/csd_function_entry")
int hftmon_csd_function_entry(tp_args *ctx)
{
	struct hftmon_cpu *c;

	if (!config.enabled || !config.tlb_flush_function ||
	    ARG(0, u64) != config.tlb_flush_function)
		return 0;
	c = cpu_of(bpf_get_smp_processor_id());
	if (c)
		c->tlb_flush = 1;
	return 0;
}
