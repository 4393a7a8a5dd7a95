/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Turns of event loops: what a thread does from one wait for events to the next. */
#ifndef HFTMON_BPF_LOOP_H
#define HFTMON_BPF_LOOP_H

#include "probe.h"

#define NR_EPOLL_PWAIT2 441
#if defined(__TARGET_ARCH_x86)
#define NR_EPOLL_WAIT 232
#define NR_EPOLL_PWAIT 281
#elif defined(__TARGET_ARCH_arm64)
#define NR_EPOLL_WAIT 22 /* it has none */
#define NR_EPOLL_PWAIT 22
#endif

INLINE bool waits_for_events(u64 number)
{
	return number == NR_EPOLL_PWAIT || number == NR_EPOLL_WAIT || number == NR_EPOLL_PWAIT2;
}

INLINE bool has_loops(struct hftmon_thread *t)
{
	for (u32 i = 0; i < HFTMON_LOOP_PROCESSES; i++)
		if (config.loop_tgids[i] == t->tgid)
			return true;
	return false;
}

/*
 * The wait on a descriptor is over. One within a turn is that of another loop, which a call in that
 * turn runs to its end, as spawnSync() of Node does: it was made later, so its descriptor is higher.
 */
INLINE void turn_begins(struct hftmon_thread *t)
{
	u64 fd = t->syscall_argument;

	if (!waits_for_events(t->syscall_number) || !has_loops(t))
		return;
	if (t->turn_start_ns && fd > t->loop_fd)
		return;
	t->loop_fd = fd;
	t->turn_start_ns = now_ns();
}

INLINE void turn_ends(struct hftmon_thread *t, struct hftmon_cpu *c, u32 cpu, u64 now)
{
	struct hftmon_record *r;
	u64 position, start;

	if (!t->turn_start_ns || !waits_for_events(t->syscall_number) ||
	    t->syscall_argument != t->loop_fd)
		return;
	start = t->turn_start_ns;
	t->turn_start_ns = 0;
	r = claim_lasting(c, cpu, HFTMON_SPAN, t->tid, start, now, &position);
	if (!r)
		return;
	r->w[0] = HFTMON_SPAN_LOOP;
	r->w[1] = HFTMON_FIRST_LOOP_ORIGIN + t->tgid;
	r->w[2] = t->tid == t->tgid ? HFTMON_LOOP_MAIN : HFTMON_LOOP_OTHER;
	set_u64(r, 3, 0);
	set_u64(r, 5, 0);
	publish(c, r, HFTMON_SPAN, position);
}

#endif
