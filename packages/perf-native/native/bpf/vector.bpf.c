/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Local APIC vectors (x86): timer ticks and the receiving side of IPIs. They don't nest. */
#include "interrupt.h"

INLINE int vector_entry(void)
{
	struct hftmon_cpu *c;

	if (!config.enabled)
		return 0;
	c = cpu_of(bpf_get_smp_processor_id());
	if (!c)
		return 0;
	c->tlb_flush = 0;
	frame_enter(c, &c->vector);
	return 0;
}

INLINE void set_sender(struct hftmon_record *r, struct hftmon_sender *sender)
{
	if (!sender->sends)
		return;
	r->w[3] |= HFTMON_VECTOR_SENDER_SEEN;
	r->w[4] = sender->tid;
	r->w[5] = sender->cpu | sender->sends << 16;
	set_u64(r, 6, sender->call_site);
}

INLINE int vector_exit(u32 type)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct hftmon_cpu *c = cpu_of(cpu);
	struct hftmon_sources *s = sources_of(cpu);
	struct hftmon_sender *sender;
	u64 now, gross, net, position;
	struct hftmon_thread *t;
	struct hftmon_record *r;

	if (!config.enabled || !c || !s)
		return 0;
	now = now_ns();
	net = frame_exit(c, &c->vector, now, &gross);
	if (!gross)
		return 0;
	t = current_thread();
	source_add(&s->vector[type], gross, net, t);
	if (c->tlb_flush)
		source_add(&s->tlb_flush, gross, net, t);
	if (t) {
		frame_steal(t, c, cpu, &c->vector, now - gross, now);
		t->vector_ns += net;
		t->vector_count++;
		t->stolen_ns += net;
	}
	sender = type == HFTMON_VECTOR_RESCHEDULE ? &c->reschedule : &c->call;
	r = interrupt_record(c, cpu, HFTMON_VECTOR, t, now, gross, net, &position);
	if (r) {
		r->w[0] = type;
		r->w[4] = 0;
		r->w[5] = 0;
		set_u64(r, 6, 0);
		r->w[8] = 0;
		if (type == HFTMON_VECTOR_RESCHEDULE || type == HFTMON_VECTOR_CALL ||
		    type == HFTMON_VECTOR_CALL_SINGLE)
			set_sender(r, sender);
		if (c->tlb_flush) {
			r->w[3] |= HFTMON_VECTOR_TLB_FLUSH;
			r->w[8] = c->flush_pages | c->flush_syscall << HFTMON_TLB_PAGES_BITS;
		}
		publish(c, r, HFTMON_VECTOR, position);
	}
	if (type >= HFTMON_VECTOR_RESCHEDULE && type <= HFTMON_VECTOR_CALL_SINGLE)
		sender->sends = 0;
	return 0;
}

#define VECTOR(name, type)                                                                         \
	SEC("tp_btf/" #name "_entry")                                                              \
	int hftmon_##name##_entry(tp_args *ctx)                                                    \
	{                                                                                          \
		return vector_entry();                                                             \
	}                                                                                          \
	SEC("tp_btf/" #name "_exit")                                                               \
	int hftmon_##name##_exit(tp_args *ctx)                                                     \
	{                                                                                          \
		return vector_exit(type);                                                          \
	}

VECTOR(local_timer, HFTMON_VECTOR_TIMER)
VECTOR(reschedule, HFTMON_VECTOR_RESCHEDULE)
VECTOR(call_function, HFTMON_VECTOR_CALL)
VECTOR(call_function_single, HFTMON_VECTOR_CALL_SINGLE)
VECTOR(irq_work, HFTMON_VECTOR_IRQ_WORK)
