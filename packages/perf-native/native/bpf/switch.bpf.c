/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* sched_switch: time on and off the CPU, waits, and who ran meanwhile. */
#include "core_fixes.h"
#include "return.h"
#include "timer.h"

INLINE u32 take_stacks(void *ctx)
{
	long user = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	long kernel = bpf_get_stackid(ctx, &stacks, 0);

	if (user < 0 || kernel < 0)
		__sync_fetch_and_add(&config.stack_failures, 1);
	return (user < 0 ? 0xffff : (u32)user) | (kernel < 0 ? 0xffff : (u32)kernel) << 16;
}

INLINE u32 out_flags(bool preempt, struct task_struct *prev, unsigned int state, bool voluntary)
{
	u32 flags = 0;

	if (voluntary) {
		flags = HFTMON_SWITCH_VOLUNTARY;
		if (state & TASK_STOPPED)
			flags |= HFTMON_SWITCH_STOPPED;
		if (state & TASK_TRACED)
			flags |= HFTMON_SWITCH_TRACED;
		if ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD))
			flags |= HFTMON_SWITCH_UNINTERRUPTIBLE;
		if (BPF_CORE_READ_BITFIELD(prev, in_iowait))
			flags |= HFTMON_SWITCH_IOWAIT;
	} else if (preempt) {
		flags = HFTMON_SWITCH_PREEMPTED_IN_KERNEL;
	}
	return flags;
}

/* Others that are runnable on the CPU of a thread that wants to go on but must leave. */
INLINE u32 depth_behind(struct hftmon_cpu *c, struct task_struct *prev)
{
	struct rq *rq = run_queue_of(prev);
	u32 runnable;

	if (!rq)
		return HFTMON_DEPTH_UNKNOWN;
	if (!c->run_queue)
		c->run_queue = (u64)rq;
	runnable = runnable_in(rq);
	return runnable ? runnable - 1 : 0;
}

/* The thread leaves its CPU. */
INLINE void switch_out(void *ctx, struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
		       struct task_struct *prev, struct task_struct *next, bool preempt,
		       unsigned int prev_state, u64 now)
{
	u64 voluntary = prev->nvcsw, involuntary = prev->nivcsw;
	bool left;

	if (t->state == HFTMON_THREAD_UNKNOWN) {
		left = !preempt && prev_state;
		t->voluntary_base = voluntary - left;
		t->involuntary_base = involuntary - !left;
	} else {
		/*
		 * The kernel counted this switch just before the tracepoint. Its own counter
		 * says which kind it was also where prev_state doesn't: a sleeper with a signal
		 * pending stays runnable, yet counts as voluntary.
		 */
		left = voluntary != t->voluntary;
	}
	t->voluntary = voluntary;
	t->involuntary = involuntary;
	t->switches++;
	t->on_cpu_ns += now - t->since_ns;
	t->came_ns = t->since_ns;
	t->since_ns = now;
	t->out_exec_ns = prev->se.sum_exec_runtime;
	t->cpu = cpu;
	t->out_next_tid = next->pid;
	t->out_flags = out_flags(preempt, prev, prev_state, left);
	t->out_stacks = config.stacks ? take_stacks(ctx) : ~0u;
	if (left) {
		if (!c->run_queue)
			c->run_queue = (u64)run_queue_of(prev);
		t->out_clocks = clocks_set(c);
		t->state = HFTMON_THREAD_BLOCKED;
		t->throttle = 0;
	} else {
		t->state = HFTMON_THREAD_WAITING;
		throttle_begin(t, prev);
		t->queue_depth = depth_behind(c, prev);
		now_pending(t, cpu, now);
	}
	if (t->fault_start_ns)
		huge_end(t, c);
	steal_bound(t, c, cpu, now);
	t->out_steal_ns = 0;
	tell_task(c, cpu, next, now);
	/*
	 * Both priorities are the evidence of a preemption, and those of waiter and holder that of an
	 * inversion. Ours may have changed.
	 */
	tell_task(c, cpu, prev, now);
}

/*
 * Takes the tid from an ended thread. A leader that ends because another of its threads calls exec
 * leaves it to that thread, which has it already or will in a moment.
 */
INLINE void leave_tid(struct hftmon_thread *t, struct task_struct *prev)
{
	u32 *own = slot_entry(prev->pid), *leader = slot_entry(prev->tgid), *heir;
	u32 tid = prev->pid;

	if (leader && *leader == t->slot && own) {
		if (prev->pid == prev->tgid)
			tid = exec_tid(prev);
		heir = tid ? slot_entry(tid) : 0;
		*leader = heir && heir != leader ? *heir : 0;
	} else if (own && *own == t->slot) {
		*own = 0;
	}
}

/* The last switch of a thread: its books are closed and its tid is free for another task. */
INLINE void thread_end(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu,
		       struct task_struct *prev, u64 now)
{
	struct hftmon_record *r;
	u64 position;

	t->ended_ns = now;
	leave_tid(t, prev);
	tell_task(c, cpu, prev, now);
	c->counts[HFTMON_THREAD_EXIT].seen++;
	r = claim_instant(c, cpu, HFTMON_THREAD_EXIT, t->tid, now, &position);
	if (r) {
		r->w[0] = t->tgid;
		r->w[1] = prev->exit_code;
		set_u64(r, 2, t->voluntary);
		set_u64(r, 4, t->involuntary);
		publish(c, r, HFTMON_THREAD_EXIT, position);
	}
	/* Last: user space may give the slot to another thread as soon as it sees this. */
	barrier();
	*(volatile u32 *)&t->state = HFTMON_THREAD_EXITED;
}

INLINE bool wants_stacks(struct task_struct *prev, u64 ran)
{
	return config.stacks && ran >= config.stacks_from_ns && prev->pid;
}

/* While a target thread waits here, every other task's run is logged: who made it wait. */
INLINE void log_run(void *ctx, struct hftmon_cpu *c, u32 cpu, struct task_struct *prev,
		    u32 waiting, u64 now)
{
	u64 since = c->ran_since_ns, position;
	struct hftmon_record *r;
	u32 stacks = ~0u;

	c->counts[HFTMON_RAN].seen++;
	if (too_short(HFTMON_RAN, now - since)) {
		c->counts[HFTMON_RAN].filtered++;
		return;
	}
	tell_task(c, cpu, prev, now);
	/* Before the claim: what is claimed should be published soon. */
	if (wants_stacks(prev, now - since))
		stacks = take_stacks(ctx);
	r = claim(c, cpu, HFTMON_RAN, &position);
	if (!r)
		return;
	r->start_ns = since;
	r->duration_ns = now - since;
	r->tid = prev->pid;
	r->w[0] = waiting;
	r->w[1] = stacks;
	publish(c, r, HFTMON_RAN, position);
}

SEC("tp_btf/sched_switch")
int hftmon_switch(tp_args *ctx)
{
	struct task_struct *prev = ARG(1, void *), *next = ARG(2, void *);
	struct hftmon_thread *out, *in;
	struct hftmon_cpu *c;
	bool concerns_us;
	u32 cpu, waiting;
	u64 now;

	out = thread_of(prev);
	in = thread_of(next);
	c = this_cpu(&cpu);
	if (!c || !config.enabled)
		return 0;
	/* Tested one by one: joined, clang would OR two pointers, which the verifier refuses. */
	concerns_us = c->pending;
	if (out)
		concerns_us = true;
	if (in)
		concerns_us = true;
	if (!concerns_us)
		return 0;
	now = now_ns();
	if (out && is_off_cpu(out))
		unseen_return(out, c, cpu, prev, now);
	waiting = c->pending;
	if (in)
		not_pending(in);
	/*
	 * The last run before a thread's return needs no record of its own, since that of the return
	 * says who it was, but for the stacks.
	 */
	if (c->ran_since_ns && (c->pending || wants_stacks(prev, now - c->ran_since_ns)))
		log_run(ctx, c, cpu, prev, waiting, now);
	if (out) {
		switch_out(ctx, out, c, cpu, prev, next, ARG(0, bool), ARG(3, unsigned int), now);
		if (ARG(3, unsigned int) & TASK_DEAD)
			thread_end(out, c, cpu, prev, now);
	}
	if (in)
		switch_in(in, c, cpu, prev, next, true, now);
	c->ran_since_ns = c->pending ? now : 0;
	return 0;
}
