/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Garbage collections of V8, in which a thread does not run its own code. V8 has no probes for
 * them, but its functions have names: uprobes are put there, in the target processes alone.
 */
#include "probe.h"

/* Second and third argument of a function that has just been called; `this` is the first. */
#if defined(__TARGET_ARCH_x86)
#define ARGUMENT_1(ctx) ((u32)(ctx)->si)
#define ARGUMENT_2(ctx) ((u32)(ctx)->dx)
#elif defined(__TARGET_ARCH_arm64)
#define ARGUMENT_1(ctx) ((u32)(ctx)->regs[1])
#define ARGUMENT_2(ctx) ((u32)(ctx)->regs[2])
#endif

INLINE void tell_pause(struct hftmon_thread *t, u32 what, u32 reason, u64 start, u64 now)
{
	struct hftmon_record *r;
	struct hftmon_cpu *c;
	u64 position;
	u32 cpu;

	c = this_cpu(&cpu);
	if (!c)
		return;
	r = claim_lasting(c, cpu, HFTMON_PAUSE, t->tid, start, now, &position);
	if (!r)
		return;
	r->w[0] = what;
	r->w[1] = reason;
	publish(c, r, HFTMON_PAUSE, position);
}

SEC("uprobe")
int hftmon_pause_begin(struct pt_regs *ctx)
{
	struct hftmon_thread *t = current_thread();

	if (!t || !config.enabled)
		return 0;
	t->pause_collector = ARGUMENT_1(ctx);
	t->pause_reason = ARGUMENT_2(ctx);
	t->pause_start_ns = now_ns();
	return 0;
}

SEC("uprobe")
int hftmon_pause_end(struct pt_regs *ctx)
{
	struct hftmon_thread *t = current_thread();
	u64 now = now_ns(), start;
	u32 what;

	if (!t || !config.enabled || !t->pause_start_ns)
		return 0;
	start = t->pause_start_ns;
	t->pause_start_ns = 0;
	what = t->pause_collector + HFTMON_PAUSE_SCAVENGE;
	if (what > HFTMON_PAUSE_MINOR_MARK_SWEEP)
		what = HFTMON_PAUSE_UNKNOWN;
	tell_pause(t, what, t->pause_reason, start, now);
	return 0;
}

SEC("uprobe")
int hftmon_marking_step_entry(struct pt_regs *ctx)
{
	struct hftmon_thread *t = current_thread();

	if (t && config.enabled)
		t->marking_start_ns = now_ns();
	return 0;
}

SEC("uprobe")
int hftmon_marking_step_return(struct pt_regs *ctx)
{
	struct hftmon_thread *t = current_thread();
	u64 now = now_ns(), start;

	if (!t || !config.enabled || !t->marking_start_ns)
		return 0;
	start = t->marking_start_ns;
	t->marking_start_ns = 0;
	tell_pause(t, HFTMON_PAUSE_MARKING_STEP, 0, start, now);
	return 0;
}
