/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * How long an idle CPU took to leave its idle state for a target thread: from when it was asked to
 * (an IPI, or the flag that a CPU watches in some states) to its first sign of life, an interrupt or
 * the end of the state. Both programs run where nobody else wants the CPU.
 */
#include "idle.h"
#include "steal.h"

#define LEFT_IDLE_STATE (~0u) /* PWR_EVENT_EXIT */

INLINE void tell_idle(struct hftmon_cpu *c, u32 cpu, u64 now)
{
	u64 kicked = *(volatile u64 *)&c->idle_kicked_ns, left = c->idle_left_ns, position;
	struct hftmon_record *r;

	if (!left)
		left = now;
	/* Asked when it was awake already: by an interrupt, say, whose handler wakes the thread. */
	if (!kicked || (long long)(left - kicked) <= 0)
		return;
	r = claim_lasting(c, cpu, HFTMON_IDLE, 0, kicked, left, &position);
	if (!r)
		return;
	r->w[0] = c->idle_state;
	set_u64(r, 1, kicked - c->idle_since_ns);
	publish(c, r, HFTMON_IDLE, position);
}

SEC("tp_btf/cpu_idle")
int hftmon_cpu_idle(tp_args *ctx)
{
	u32 state = ARG(0, u32), cpu;
	struct hftmon_cpu *c = this_cpu(&cpu);
	u64 now;

	if (!c || !config.enabled)
		return 0;
	now = now_ns();
	if (state != LEFT_IDLE_STATE) {
		c->idle_state = state;
		c->idle_left_ns = 0;
		c->idle_kicked_ns = 0;
		c->idle_steal = steal_so_far(c);
		/* Last: from here on others may say that they want the CPU. */
		barrier();
		*(volatile u64 *)&c->idle_since_ns = now;
		return 0;
	}
	if (c->idle_since_ns && c->pending)
		tell_idle(c, cpu, now);
	c->idle_left_ns = now;
	c->idle_since_ns = 0;
	return 0;
}

SEC("tp_btf/sched_wake_idle_without_ipi")
int hftmon_wake_idle(tp_args *ctx)
{
	struct hftmon_cpu *c = cpu_of(ARG(0, u32));

	if (c && config.enabled)
		idle_kicked(c);
	return 0;
}
