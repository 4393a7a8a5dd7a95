/* SPDX-License-Identifier: MIT */
/*
 * Many short interruptions close together. One in which the target lost its CPU to somebody else,
 * by the kernel's books, is not what was meant: it is done again.
 */
#include "director.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storms.h"

#define KICKS 400

int storm__repeat(struct deed *deed, struct interval (*rage)(void))
{
	while (deed__goes_on(deed)) {
		struct interval time;
		long preemptions;

		pause_between();
		preemptions = target_preemptions();
		if (!target_runs())
			break;
		time = rage();
		if (target_preemptions() == preemptions)
			deed__add(deed, time, 0, 0);
		else
			deed->voided++;
	}
	return deed->done ? 0 : skip("the target lost its CPU each time: this host is too busy");
}

static struct interval shoot(void)
{
	ask_helper(SHOOT_DOWN);
	await_helper();
	return stage->errand_done;
}

int deed__shoot_down(struct deed *deed)
{
	deed->by = stage->helper_tid;
	return storm__repeat(deed, shoot);
}

/* A signal to a thread that runs makes its CPU reschedule, to look at it. */
static struct interval kick(void)
{
	struct interval time = { .start_ns = now_ns() };

	for (int i = 0; i < KICKS; i++) {
		uint32_t before = __atomic_load_n(&stage->kicks, __ATOMIC_ACQUIRE);
		uint64_t limit = now_ns() + NS_PER_MS;

		syscall(SYS_tgkill, stage->target_pid, stage->target_tid, KICK_SIGNAL);
		while (__atomic_load_n(&stage->kicks, __ATOMIC_ACQUIRE) == before &&
		       now_ns() < limit)
			;
	}
	time.end_ns = now_ns();
	return time;
}

int deed__reschedule(struct deed *deed)
{
	deed->by = stage->director_tid;
	return storm__repeat(deed, kick);
}
