/* SPDX-License-Identifier: MIT */
/*
 * The target: a thread that polls and never sleeps unless it is asked to, and whose own clock is
 * the truth about how long it was kept from running.
 */
#include "target.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

void target__log(uint64_t start_ns, uint64_t end_ns)
{
	uint32_t at = stage->gaps;

	if (end_ns - start_ns < GAP_NS)
		return;
	if (at == MOST_GAPS) {
		stage->gaps_beyond++;
		return;
	}
	stage->log[at] = (struct interval){ start_ns, end_ns };
	__atomic_store_n(&stage->gaps, at + 1, __ATOMIC_RELEASE);
}

void target__log_nap(uint64_t start_ns, uint64_t end_ns)
{
	uint32_t at = stage->naps;

	if (at == MOST_NAPS)
		return;
	stage->nap_log[at] = (struct interval){ start_ns, end_ns };
	__atomic_store_n(&stage->naps, at + 1, __ATOMIC_RELEASE);
}

static void count_kick(int signal_number)
{
	(void)signal_number;
	__atomic_add_fetch(&stage->kicks, 1, __ATOMIC_RELEASE);
}

static void *spin(void *unused)
{
	uint64_t before, now;

	(void)unused;
	pin_to(stage->cpu);
	call_oneself("selftest");
	stage->target_tid = own_tid();
	set_nice(0, -20);
	__atomic_add_fetch(&stage->threads_ready, 1, __ATOMIC_RELEASE);
	before = now_ns();
	for (;;) {
		enum request request = __atomic_load_n(&stage->request, __ATOMIC_ACQUIRE);

		now = now_ns();
		target__log(before, now);
		before = now;
		__atomic_store_n(&stage->seen_ns, now, __ATOMIC_RELEASE);
		if (request == NOTHING)
			continue;
		before = requests__serve(request, before);
		__atomic_store_n(&stage->request, NOTHING, __ATOMIC_RELEASE);
	}
	return NULL;
}

void target__run(void)
{
	pthread_t threads[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(KICK_SIGNAL, count_kick);
	stage->target_pid = getpid();
	requests__prepare();
	/* Faults of its own would be disturbances that nobody injected. */
	mlockall(MCL_CURRENT);
	if (pthread_create(&threads[0], NULL, spin, NULL) ||
	    pthread_create(&threads[1], NULL, helper__run, NULL))
		fail("cannot start a thread");
	for (;;)
		pause();
}
