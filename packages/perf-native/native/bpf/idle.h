/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* What other probes tell of a CPU in an idle state; see idle.bpf.c. Nothing where that is not attached. */
#ifndef HFTMON_BPF_IDLE_H
#define HFTMON_BPF_IDLE_H

#include "probe.h"

/*
 * Another CPU wants this one to leave its idle state. The first to ask counts; of two at the same
 * time either may.
 */
INLINE void idle_kicked(struct hftmon_cpu *c)
{
	if (*(volatile u64 *)&c->idle_since_ns && !c->idle_kicked_ns)
		c->idle_kicked_ns = now_ns();
}

/* An interrupt handler runs before the end of the idle state is told: the CPU has left it. */
INLINE void idle_interrupted(struct hftmon_cpu *c, u64 now)
{
	if (c->idle_since_ns && !c->idle_left_ns)
		c->idle_left_ns = now;
}

#endif
