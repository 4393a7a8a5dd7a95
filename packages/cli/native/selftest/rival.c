/* SPDX-License-Identifier: MIT */
#include "rival.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST 8
#define OVERRUN_NS (30 * NS_PER_MS)
#define RTTIME_US 50000
#define WATCH_EVERY_NS (5 * NS_PER_MS)
#define WATCH_PRIORITY 90

static struct rival *rivals[MOST];
static unsigned rival_count;

static void *watch(void *unused)
{
	(void)unused;
	call_oneself("watchdog");
	keep_off(stage->cpu);
	set_realtime(0, WATCH_PRIORITY);
	for (;;) {
		unsigned count = __atomic_load_n(&rival_count, __ATOMIC_ACQUIRE);

		for (unsigned i = 0; i < count; i++) {
			uint64_t since = __atomic_load_n(&rivals[i]->busy_since_ns, __ATOMIC_ACQUIRE);

			if (since && rivals[i]->priority && now_ns() > since + OVERRUN_NS)
				kill(getpid(), SIGKILL);
		}
		sleep_ns(WATCH_EVERY_NS);
	}
	return NULL;
}

void rival__bound(void)
{
	struct rlimit limit = { RTTIME_US, RTTIME_US };

	if (setrlimit(RLIMIT_RTTIME, &limit))
		fail("cannot bound real-time run time: %s", strerror(errno));
}

static uint64_t own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void burn(struct rival *rival)
{
	uint64_t ran = own_cpu_ns();
	uint64_t start = now_ns();

	__atomic_store_n(&rival->busy_since_ns, start, __ATOMIC_RELEASE);
	rival->done.start_ns = start;
	spin_until(start + rival->length_ns);
	rival->done.end_ns = now_ns();
	rival->ran_ns = own_cpu_ns() - ran;
	__atomic_store_n(&rival->busy_since_ns, 0, __ATOMIC_RELEASE);
}

static void *run(void *argument)
{
	struct rival *rival = argument;

	pin_to(rival->cpu);
	call_oneself(rival->name);
	if (rival->priority)
		rival->error = set_realtime(0, rival->priority);
	else
		set_nice(0, -20);
	__atomic_store_n(&rival->tid, own_tid(), __ATOMIC_RELEASE);
	for (;;) {
		while (!__atomic_load_n(&rival->wanted, __ATOMIC_ACQUIRE))
			futex_wait(&rival->wanted, 0);
		__atomic_store_n(&rival->wanted, 0, __ATOMIC_RELEASE);
		if (rival->bell)
			while (!__atomic_load_n(rival->bell, __ATOMIC_ACQUIRE))
				futex_wait(rival->bell, 0);
		else
			sleep_until(rival->due_ns);
		burn(rival);
		__atomic_store_n(&rival->finished, 1, __ATOMIC_RELEASE);
		futex_wake(&rival->finished);
	}
	return NULL;
}

int rival__start(struct rival *rival)
{
	pthread_t thread;

	if (rival->tid)
		return rival->error;
	if (rival_count == MOST)
		fail("more than %d rivals", MOST);
	if (!rival_count && pthread_create(&thread, NULL, watch, NULL))
		fail("cannot start the watchdog");
	rivals[rival_count] = rival;
	__atomic_store_n(&rival_count, rival_count + 1, __ATOMIC_RELEASE);
	if (pthread_create(&thread, NULL, run, rival))
		fail("cannot start a thread");
	while (!__atomic_load_n(&rival->tid, __ATOMIC_ACQUIRE))
		sleep_ns(NS_PER_MS / 10);
	return rival->error;
}

void rival__burst(struct rival *rival, uint64_t due_ns, uint64_t length_ns)
{
	rival->due_ns = due_ns;
	rival->length_ns = length_ns;
	__atomic_store_n(&rival->finished, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&rival->wanted, 1, __ATOMIC_RELEASE);
	futex_wake(&rival->wanted);
}

void rival__await(struct rival *rival)
{
	while (!__atomic_load_n(&rival->finished, __ATOMIC_ACQUIRE))
		futex_wait(&rival->finished, 0);
}
