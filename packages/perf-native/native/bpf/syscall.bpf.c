/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * System calls of target threads that kept them from their own code for long, and turns of their
 * event loops.
 */
#include "probe.h"
#include "core_fixes.h"
#include "loop.h"
#include "steal.h"

SEC("tp_btf/sys_enter")
int hftmon_sys_enter(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	u64 argument = 0, now;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!t || !config.enabled)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	task_syscall((void *)bpf_get_current_task_btf(), &argument);
	t->syscall_argument = argument;
	t->syscall_number = ARG(1, u64);
	t->syscall_stolen_ns = t->stolen_ns;
	now = now_ns();
	t->syscall_start_ns = now;
	steal_bound(t, c, cpu, now);
	turn_ends(t, c, cpu, now);
	return 0;
}

SEC("tp_btf/sys_exit")
int hftmon_sys_exit(tp_args *ctx)
{
	struct hftmon_thread *t = current_thread();
	u64 now, gross, inner, net, position;
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u32 cpu;

	if (!t || !config.enabled || !t->syscall_start_ns)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	turn_begins(t);
	/*
	 * Its return to the CPU was not traced (see unseen_return): how long it was off is not known
	 * yet, so neither is the call's own time.
	 */
	if (t->state == HFTMON_THREAD_BLOCKED || t->state == HFTMON_THREAD_WAITING) {
		t->syscall_start_ns = 0;
		t->syscall_count++;
		c->counts[HFTMON_SYSCALL].seen++;
		c->counts[HFTMON_SYSCALL].filtered++;
		return 0;
	}
	now = now_ns();
	steal_bound(t, c, cpu, now);
	gross = now - t->syscall_start_ns;
	inner = t->stolen_ns - t->syscall_stolen_ns;
	net = gross > inner ? gross - inner : 0;
	t->syscall_start_ns = 0;
	t->syscall_ns += net;
	t->syscall_count++;
	c->counts[HFTMON_SYSCALL].seen++;
	if (too_short(HFTMON_SYSCALL, net)) {
		c->counts[HFTMON_SYSCALL].filtered++;
		return 0;
	}
	r = claim(c, cpu, HFTMON_SYSCALL, &position);
	if (!r)
		return 0;
	r->start_ns = now - gross;
	r->duration_ns = gross;
	r->tid = t->tid;
	r->w[0] = t->syscall_number;
	set_u64(r, 1, net);
	set_u64(r, 3, t->syscall_argument);
	set_u64(r, 5, ARG(1, u64));
	publish(c, r, HFTMON_SYSCALL, position);
	return 0;
}
