/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Softirqs: who raised them, how long they waited, how long they ran. */
#include "interrupt.h"

#define NET_RX 3
#define BLOCK 4

/* A handler leaves its device's work to a softirq: what that does is this interrupt's. */
INLINE void note_asker(struct hftmon_cpu *c, u32 *irq)
{
	if (!c->irq.start_ns)
		return;
	if (!*irq)
		*irq = c->irq_number;
	else if (*irq != c->irq_number)
		*irq = HFTMON_SEVERAL_IRQS;
}

/* ksoftirqd is the only kernel thread whose name begins so; its softirqs run in task context. */
INLINE bool in_ksoftirqd(struct task_struct *task)
{
	return task->flags & PF_KTHREAD && task->comm[0] == 'k' && task->comm[1] == 's' &&
	       task->comm[2] == 'o' && task->comm[3] == 'f' && task->comm[4] == 't';
}

SEC("tp_btf/softirq_raise")
int hftmon_softirq_raise(tp_args *ctx)
{
	struct hftmon_cpu *c;
	u32 vec = ARG(0, u32);

	if (!config.enabled || vec >= HFTMON_SOFTIRQS)
		return 0;
	c = cpu_of(bpf_get_smp_processor_id());
	if (!c)
		return 0;
	if (vec == NET_RX)
		note_asker(c, &c->net_irq);
	else if (vec == BLOCK)
		note_asker(c, &c->block_irq);
	/* The first raise counts: later ones join the same pending run. */
	if (c->raise[vec].ns)
		return 0;
	c->raise[vec].tid = current_tid();
	c->raise[vec].ns = now_ns();
	return 0;
}

SEC("tp_btf/softirq_entry")
int hftmon_softirq_entry(tp_args *ctx)
{
	struct hftmon_cpu *c;

	if (!config.enabled)
		return 0;
	c = cpu_of(bpf_get_smp_processor_id());
	if (!c)
		return 0;
	/* It takes what was completed so far; what comes from now on is for the next run. */
	if (ARG(0, u32) == BLOCK) {
		c->block_served = c->block_irq;
		c->block_irq = 0;
	}
	frame_enter(c, &c->softirq);
	return 0;
}

SEC("tp_btf/softirq_exit")
int hftmon_softirq_exit(tp_args *ctx)
{
	u32 cpu = bpf_get_smp_processor_id(), vec = ARG(0, u32), raiser = 0;
	struct hftmon_cpu *c = cpu_of(cpu);
	struct hftmon_sources *s = sources_of(cpu);
	u64 now, gross, net, start, raised = 0, position;
	struct hftmon_thread *t;
	struct hftmon_record *r;
	bool in_thread;

	if (!config.enabled || !c || !s || vec >= HFTMON_SOFTIRQS)
		return 0;
	now = now_ns();
	start = c->softirq.start_ns;
	net = frame_exit(c, &c->softirq, now, &gross);
	if (!gross)
		return 0;
	/* A raise later than our start is for the next run. */
	if (c->raise[vec].ns && c->raise[vec].ns <= start) {
		raised = c->raise[vec].ns;
		raiser = c->raise[vec].tid;
		c->raise[vec].ns = 0;
	}
	t = current_thread();
	source_add(&s->softirq[vec], gross, net, t);
	in_thread = in_ksoftirqd((void *)bpf_get_current_task_btf());
	if (in_thread) {
		s->ksoftirqd[vec].count++;
		s->ksoftirqd[vec].ns += net;
	}
	if (raised)
		delay_add(&s->softirq_delay[vec], start - raised);
	if (vec == NET_RX)
		c->net_irq = 0;
	else if (vec == BLOCK)
		c->block_served = 0;
	if (t) {
		frame_steal(t, c, cpu, &c->softirq, start, now);
		t->softirq_ns += net;
		t->softirq_count++;
		/* Atomic: interrupts are on, and they add theirs. */
		__sync_fetch_and_add(&t->stolen_ns, net);
	}
	r = interrupt_record(c, cpu, HFTMON_SOFTIRQ, t, now, gross, net, &position);
	if (!r)
		return 0;
	r->w[0] = vec;
	if (in_thread)
		r->w[3] |= HFTMON_SOFTIRQ_IN_KSOFTIRQD;
	if (raised)
		r->w[3] |= HFTMON_SOFTIRQ_RAISE_SEEN;
	set_u64(r, 4, raised ? start - raised : 0);
	r->w[6] = raiser;
	publish(c, r, HFTMON_SOFTIRQ, position);
	return 0;
}
