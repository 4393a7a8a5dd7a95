/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * System calls of target threads that kept them from their own code for long, and turns of their
 * event loops.
 */
#include "probe.h"
#include "call.h"
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
	struct hftmon_cpu *c;
	struct call call;
	u32 cpu;
	u64 now;

	if (!t || !config.enabled || !t->syscall_start_ns)
		return 0;
	c = this_cpu(&cpu);
	if (!c)
		return 0;
	turn_begins(t);
	now = now_ns();
	steal_bound(t, c, cpu, now);
	call.start_ns = t->syscall_start_ns;
	call.end_ns = now;
	call.stolen_ns = t->stolen_ns - t->syscall_stolen_ns;
	call.number = t->syscall_number;
	call.argument = t->syscall_argument;
	call.result = ARG(1, u64);
	t->syscall_start_ns = 0;
	/*
	 * It left its CPU in this call, and its return was not traced (see unseen_return): how long it
	 * was off is not known yet, so neither is the call's own time.
	 */
	if (is_off_cpu(t) && call.start_ns <= t->since_ns)
		call_leave(t, &call);
	else
		call_end(t, c, cpu, &call);
	return 0;
}
