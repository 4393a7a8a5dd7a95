/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "realtime.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "handshake.h"
#include "thread.h"

#define OVERRUN_NS (60 * NS_PER_MS)
#define RTTIME_US 80000
#define WATCH_EVERY_NS (5 * NS_PER_MS)
#define WATCHED 16

static uint64_t busy_since_ns[WATCHED]; /* 0: not busy; read by the watchdog */
static int watched;
static _Thread_local int slot = -1;

void realtime__become(int policy, int priority)
{
	struct sched_param parameters = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &parameters))
		workload__fail("cannot become real-time: %s", strerror(errno));
}

static void *watch(void *cpu)
{
	thread__avoid((int)(intptr_t)cpu);
	realtime__become(SCHED_FIFO, 99);
	for (;;) {
		for (int i = 0; i < WATCHED; i++) {
			uint64_t since = __atomic_load_n(&busy_since_ns[i], __ATOMIC_ACQUIRE);

			if (since && clock__now_ns() > since + OVERRUN_NS)
				kill(getpid(), SIGKILL);
		}
		clock__sleep_ns(WATCH_EVERY_NS);
	}
	return NULL;
}

void realtime__guard(int cpu)
{
	struct rlimit limit = { RTTIME_US, RTTIME_US };
	pthread_t watchdog;

	if (thread__other_cpu(cpu) < 0)
		workload__fail("real-time threads need a second CPU for their watchdog");
	if (setrlimit(RLIMIT_RTTIME, &limit))
		workload__fail("cannot bound real-time run time: %s", strerror(errno));
	thread__start(&watchdog, watch, (void *)(intptr_t)cpu);
}

void realtime__busy(void)
{
	if (slot < 0)
		slot = __atomic_fetch_add(&watched, 1, __ATOMIC_RELAXED);
	if (slot >= WATCHED)
		workload__fail("more busy threads than the watchdog can watch");
	__atomic_store_n(&busy_since_ns[slot], clock__now_ns(), __ATOMIC_RELEASE);
}

void realtime__idle(void)
{
	__atomic_store_n(&busy_since_ns[slot], 0, __ATOMIC_RELEASE);
}
