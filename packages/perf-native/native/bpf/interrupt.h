/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Accounting shared by hard interrupts, softirqs, vectors and NMIs. They nest, so each run's net
 * time is its gross time less what inner runs took; `stolen_ns` of the CPU counts each ns once.
 */
#ifndef HFTMON_BPF_INTERRUPT_H
#define HFTMON_BPF_INTERRUPT_H

#include "idle.h"
#include "steal.h"

INLINE void frame_enter(struct hftmon_cpu *c, struct hftmon_frame *f)
{
	f->stolen_ns = c->stolen_ns;
	c->depth++;
	f->steal = steal_so_far(c);
	f->start_ns = now_ns();
	idle_interrupted(c, f->start_ns);
}

/*
 * Ends a run. Returns its net ns, or 0 with *gross 0 when its start was not seen (the probe was
 * attached in the middle of it).
 */
INLINE u64 frame_exit(struct hftmon_cpu *c, struct hftmon_frame *f, u64 now, u64 *gross)
{
	u64 inner, net;

	*gross = 0;
	if (!f->start_ns)
		return 0;
	*gross = now - f->start_ns;
	f->start_ns = 0;
	if (c->depth)
		c->depth--;
	inner = c->stolen_ns - f->stolen_ns;
	net = *gross > inner ? *gross - inner : 0;
	/* Atomic: an NMI may add its own share between our load and our store. */
	__sync_fetch_and_add(&c->stolen_ns, net);
	return net;
}

/*
 * A target thread was interrupted: what the hypervisor took until then it took from the thread's own
 * time, and the rest from the interrupt's. An inner run has looked after this one began.
 */
INLINE void frame_steal(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
			struct hftmon_frame *f, u64 start, u64 now)
{
	if (!config.steal_time_distance)
		return;
	if ((long long)(start - c->steal_seen_ns) > 0)
		steal_look(t, c, cpu, f->steal, start);
	steal_look(t, c, cpu, steal_so_far(c), now);
}

/*
 * An index that was compared already, once more in words that the verifier understands whichever
 * copy of it the compiler had compared. `size` is a power of two.
 */
#define bounded(index, size)                                                                       \
	({                                                                                         \
		u64 bounded_ = (index);                                                            \
		asm volatile("%0 &= %1" : "+r"(bounded_) : "i"((size) - 1));                       \
		bounded_;                                                                          \
	})

INLINE void source_add(struct hftmon_source *s, u64 gross, u64 net, bool target)
{
	s->count++;
	s->ns += net;
	if (gross > s->max_ns)
		s->max_ns = gross;
	if (target) {
		s->target_count++;
		s->target_ns += net;
	}
}

INLINE void delay_add(struct hftmon_delay *d, u64 ns)
{
	d->count++;
	d->ns += ns;
	if (ns > d->max_ns)
		d->max_ns = ns;
}

/*
 * The record of one run, for the caller to complete and publish; 0 if it is of no interest, too
 * short, or there is no room. A run matters if it took a target thread's CPU or kept the CPU
 * from one that waits for it.
 */
INLINE struct hftmon_record *interrupt_record(struct hftmon_cpu *c, u32 cpu, u32 kind,
					      struct hftmon_thread *t, u64 now, u64 gross, u64 net,
					      u64 *position)
{
	struct hftmon_record *r;

	c->counts[kind].seen++;
	if ((!t && !c->pending) || too_short(kind, gross)) {
		c->counts[kind].filtered++;
		return 0;
	}
	r = claim(c, cpu, kind, position);
	if (!r)
		return 0;
	r->start_ns = now - gross;
	r->duration_ns = gross;
	r->tid = current_tid();
	set_u64(r, 1, net);
	r->w[3] = (t ? HFTMON_INTERRUPTED_TARGET : 0) | (c->pending ? HFTMON_TARGET_WAITING : 0);
	return r;
}

#endif
