/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* The end of a system call of a target thread. */
#ifndef HFTMON_BPF_CALL_H
#define HFTMON_BPF_CALL_H

#include "probe.h"

struct call {
	u64 start_ns;
	u64 end_ns;
	u64 stolen_ns; /* interrupts, and time off the CPU */
	u64 number;
	u64 argument;
	u64 result;
};

INLINE bool is_off_cpu(struct hftmon_thread *t)
{
	return t->state == HFTMON_THREAD_BLOCKED || t->state == HFTMON_THREAD_WAITING;
}

INLINE void call_end(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, struct call *call)
{
	u64 gross = call->end_ns - call->start_ns, net, position;
	struct hftmon_record *r;

	net = gross > call->stolen_ns ? gross - call->stolen_ns : 0;
	t->syscall_ns += net;
	t->syscall_count++;
	c->counts[HFTMON_SYSCALL].seen++;
	if (too_short(HFTMON_SYSCALL, net)) {
		c->counts[HFTMON_SYSCALL].filtered++;
		return;
	}
	r = claim(c, cpu, HFTMON_SYSCALL, &position);
	if (!r)
		return;
	r->start_ns = call->start_ns;
	r->duration_ns = gross;
	r->tid = t->tid;
	r->w[0] = call->number;
	set_u64(r, 1, net);
	set_u64(r, 3, call->argument);
	set_u64(r, 5, call->result);
	publish(c, r, HFTMON_SYSCALL, position);
}

/* Keeps it until it is known how long the thread was off its CPU. */
INLINE void call_leave(struct hftmon_thread *t, struct call *call)
{
	t->left_start_ns = call->start_ns;
	t->left_end_ns = call->end_ns;
	t->left_stolen_ns = call->stolen_ns;
	t->left_number = call->number;
	t->left_argument = call->argument;
	t->left_result = call->result;
}

/* Now it is known. */
INLINE void call_left(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, u64 off)
{
	struct call call = {
		.start_ns = t->left_start_ns,
		.end_ns = t->left_end_ns,
		.stolen_ns = t->left_stolen_ns + off,
		.number = t->left_number,
		.argument = t->left_argument,
		.result = t->left_result,
	};

	t->left_start_ns = 0;
	if (call.start_ns)
		call_end(t, c, cpu, &call);
}

#endif
