/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * How late the timer was that ends a sleep. While the kernel calls a timer's function, the timer is
 * noted with its CPU, so whoever is woken then is woken by it: no probe of the timers themselves is
 * needed, which are many.
 */
#ifndef HFTMON_BPF_TIMER_H
#define HFTMON_BPF_TIMER_H

#include "interrupt.h"

struct expiry {
	u64 hard_ns; /* by CLOCK_MONOTONIC; 0: no timer is being served */
	u64 soft_ns;
};

INLINE void expiry_of(struct hrtimer_clock_base *clock, struct expiry *e)
{
	struct hrtimer *timer = 0;
	long long offset = 0, hard = 0, soft = 0;

	/* Read, not followed, where kernels before 6.2 leave no other way. */
	if (has_rdonly_cast) {
		timer = clock->running;
		if (!timer)
			return;
		offset = clock->offset;
		hard = timer->node.expires;
		soft = timer->_softexpires;
	} else {
		bpf_core_read(&timer, sizeof(timer), &clock->running);
		if (!timer)
			return;
		bpf_core_read(&offset, sizeof(offset), &clock->offset);
		bpf_core_read(&hard, sizeof(hard), &timer->node.expires);
		bpf_core_read(&soft, sizeof(soft), &timer->_softexpires);
	}
	e->hard_ns = hard - offset;
	e->soft_ns = soft - offset;
}

/* Where the timers of this CPU are; 0 not known. */
INLINE u64 timers_of(struct hftmon_cpu *c)
{
	/* Loaded back: a typed pointer takes no variable offset. */
	u64 address = *(volatile u64 *)&c->run_queue;

	return address && config.timers_distance ? address + config.timers_distance : 0;
}

/*
 * How often the clocks that can be set had been set, plus one; 0 not known. One that is set past the
 * time of a timer makes it due at that moment: by its expiry it would be late by the whole step.
 */
INLINE u32 clocks_set(struct hftmon_cpu *c)
{
	u64 address = timers_of(c);
	struct hrtimer_cpu_base *timers = (void *)address;
	u32 times = 0;

	if (!address)
		return 0;
	if (has_rdonly_cast) {
		timers = bpf_rdonly_cast(timers, bpf_core_type_id_kernel(struct hrtimer_cpu_base));
		times = timers->clock_was_set_seq;
	} else {
		bpf_core_read(&times, sizeof(times), &timers->clock_was_set_seq);
	}
	return times + 1;
}

/*
 * When the timer was due whose function is running on this CPU, if it expires in the interrupt itself:
 * those of the softirq come after these. Nobody sleeps with one but on PREEMPT_RT, where threads without
 * a real-time policy do, and all that wait for a timerfd or a POSIX timer.
 *
 * `was_set` is what clocks_set() said when the thread went to sleep. By another than the monotonic clock
 * it is not known when the timer was due, if they were set since.
 */
INLINE struct expiry expiry_here(struct hftmon_cpu *c, u32 was_set)
{
	u64 address = timers_of(c);
	struct expiry e = { 0, 0 };
	struct hrtimer_cpu_base *timers = (void *)address;

	if (!address)
		return e;
	if (has_rdonly_cast)
		timers = bpf_rdonly_cast(timers, bpf_core_type_id_kernel(struct hrtimer_cpu_base));
	expiry_of(&timers->clock_base[0], &e);
	if (e.hard_ns || clocks_set(c) != was_set)
		return e;
	expiry_of(&timers->clock_base[1], &e);
	if (!e.hard_ns)
		expiry_of(&timers->clock_base[2], &e);
	if (!e.hard_ns)
		expiry_of(&timers->clock_base[3], &e);
	return e;
}

/*
 * The idle state that the CPU was in until this interrupt, plus one; 0 none. States that are left with
 * interrupts off (mwait, WFI) are told to be over before the interrupt that ended them is handled: the
 * idle task has it then, and was idle when the timer was due.
 */
INLINE u32 idle_until_here(struct hftmon_cpu *c, u32 current, u64 due)
{
	if (c->idle_since_ns || (!current && (long long)(c->idle_left_ns - due) > 0))
		return c->idle_state + 1;
	return 0;
}

/* What the hypervisor took from this CPU since it went idle, as far as it may be why we are late. */
INLINE u64 stolen_in_idle(struct hftmon_cpu *c, u64 late)
{
	u64 taken = steal_so_far(c) - c->idle_steal;

	if (!c->idle_steal || (long long)taken < 0)
		return 0;
	return taken > late ? late : taken;
}

/* A thread that sleeps is woken from an interrupt on this CPU. */
INLINE void tell_late_timer(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, u64 now)
{
	struct hftmon_record *r;
	struct expiry e;
	u64 position, due;

	if (t->state != HFTMON_THREAD_BLOCKED)
		return;
	e = expiry_here(c, t->out_clocks);
	/* One that was due before the thread went to sleep has kept it from nothing until then. */
	due = (long long)(e.hard_ns - t->since_ns) > 0 ? e.hard_ns : t->since_ns;
	if (!e.hard_ns || (long long)(now - due) <= 0)
		return;
	r = claim_lasting(c, cpu, HFTMON_LATE_TIMER, t->tid, due, now, &position);
	if (!r)
		return;
	set_u64(r, 0, e.hard_ns - e.soft_ns);
	r->w[2] = idle_until_here(c, t->waker_tid, due);
	set_u64(r, 3, c->idle_since_ns ? stolen_in_idle(c, now - due) : 0);
	set_u64(r, 5, c->idle_since_ns ? now - c->idle_since_ns : 0);
	publish(c, r, HFTMON_LATE_TIMER, position);
}

#endif
