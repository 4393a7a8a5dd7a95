/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Hard interrupt handlers of devices. They run with interrupts off and don't nest. */
#include "interrupt.h"

SEC("tp_btf/irq_handler_entry")
int hftmon_irq_entry(tp_args *ctx)
{
	struct hftmon_cpu *c;

	if (!config.enabled)
		return 0;
	c = cpu_of(bpf_get_smp_processor_id());
	if (!c)
		return 0;
	c->irq_number = ARG(0, u32);
	frame_enter(c, &c->irq);
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int hftmon_irq_exit(tp_args *ctx)
{
	u32 cpu = bpf_get_smp_processor_id(), irq = ARG(0, u32);
	struct hftmon_cpu *c = cpu_of(cpu);
	struct hftmon_sources *s = sources_of(cpu);
	struct hftmon_thread *t;
	struct hftmon_record *r;
	u64 now, gross, net, position;

	if (!config.enabled || !c || !s)
		return 0;
	now = now_ns();
	net = frame_exit(c, &c->irq, now, &gross);
	if (!gross)
		return 0;
	t = current_thread();
	if (irq < HFTMON_IRQS)
		source_add(&s->irq[bounded(irq, HFTMON_IRQS)], gross, net, t);
	if (t) {
		frame_steal(t, c, cpu, &c->irq, now - gross, now);
		t->irq_ns += net;
		t->irq_count++;
		t->stolen_ns += net;
	}
	r = interrupt_record(c, cpu, HFTMON_HARD_IRQ, t, now, gross, net, &position);
	if (!r)
		return 0;
	r->w[0] = irq;
	publish(c, r, HFTMON_HARD_IRQ, position);
	return 0;
}
