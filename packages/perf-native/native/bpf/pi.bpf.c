/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * sched_pi_setprio: the kernel lends the holder of a lock the priority of its first waiter, or
 * takes it back. It says so for every lock with priority inheritance that has a waiter, also when
 * the waiter is no stronger.
 */
#include "probe.h"
#include "core_fixes.h"

struct task_struct___pi {
	int normal_prio; /* without what is lent */
} __attribute__((preserve_access_index));

INLINE int normal_priority(struct task_struct *task)
{
	return ((struct task_struct___pi *)task)->normal_prio;
}

INLINE u32 pair(int low, int high)
{
	return (low & 0xffff) | (u32)high << 16;
}

SEC("tp_btf/sched_pi_setprio")
int hftmon_pi(tp_args *ctx)
{
	struct task_struct *holder = ARG(0, void *), *donor = ARG(1, void *);
	u64 now, position, argument = 0;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	bool concerns_us = false;
	int own, lent;
	u32 cpu;

	if (!config.enabled)
		return 0;
	/* Tested one by one, see hftmon_switch. */
	if (thread_of(holder))
		concerns_us = true;
	if (donor && thread_of(donor))
		concerns_us = true;
	cpu = bpf_get_smp_processor_id();
	c = cpu_of(cpu);
	if (!concerns_us || !c)
		return 0;
	now = now_ns();
	c->counts[HFTMON_PI_BOOST].seen++;
	if (too_short(HFTMON_PI_BOOST, 0)) {
		c->counts[HFTMON_PI_BOOST].filtered++;
		return 0;
	}
	tell_task(c, cpu, holder, now);
	if (donor)
		tell_task(c, cpu, donor, now);
	r = claim(c, cpu, HFTMON_PI_BOOST, &position);
	if (!r)
		return 0;
	own = normal_priority(holder);
	lent = donor && donor->prio < own ? donor->prio : own;
	r->start_ns = now;
	r->duration_ns = 0;
	r->tid = holder->pid;
	r->w[0] = donor ? donor->pid : 0;
	r->w[1] = pair(holder->prio, lent);
	r->w[2] = pair(own, donor ? normal_priority(donor) : 0);
	/* The lock is what the donor asks the kernel for. */
	r->w[3] = donor && !(donor->flags & PF_KTHREAD) ? task_syscall(donor, &argument) : 0;
	set_u64(r, 4, argument);
	publish(c, r, HFTMON_PI_BOOST, position);
	return 0;
}
