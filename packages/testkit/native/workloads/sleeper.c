/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Sleeps an exact number of times until absolute deadlines, and notes how late it woke. Runs in
 * the main thread: between quiet ends its books grow by the report's own count plus one, the
 * final wait for "quit".
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

/* How long before the deadline the other timers are due: enough for their interrupt to come. */
#define AHEAD_NS (200 * NS_PER_US)
#define MOST_TIMERS 16384
#define FILES (MOST_TIMERS + 64)

static int timers[MOST_TIMERS];
static long timer_count;

struct sleep {
	struct interval time;
	uint64_t deadline_ns;
};

static void open_timers(long count)
{
	struct rlimit files;

	if (!count)
		return;
	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_max < FILES)
		files.rlim_max = FILES;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	/* The default lets the sleep last 50 us longer. */
	prctl(PR_SET_TIMERSLACK, 1);
	for (; timer_count < count; timer_count++) {
		timers[timer_count] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
		if (timers[timer_count] < 0)
			workload__fail("cannot make %ld timers: %s", count, strerror(errno));
	}
}

/* One interrupt has to serve them all, and no other can come meanwhile. */
static void arm_timers(uint64_t due_ns)
{
	struct itimerspec at = { .it_value = { (time_t)(due_ns / NS_PER_S),
					       (long)(due_ns % NS_PER_S) } };

	for (long i = 0; i < timer_count; i++)
		timerfd_settime(timers[i], TFD_TIMER_ABSTIME, &at, NULL);
}

/*
 * On a busy machine the deadline may pass before the thread has left its CPU; then the kernel
 * counts no switch, and it was no sleep: it is done again.
 */
static void sleep_once(struct sleep *sleep, uint64_t length_ns)
{
	int64_t before = usage__of_thread().voluntary;

	do {
		sleep->time.start_ns = clock__now_ns();
		sleep->deadline_ns = sleep->time.start_ns + length_ns;
		arm_timers(sleep->deadline_ns - AHEAD_NS);
		clock__sleep_until(sleep->deadline_ns);
		sleep->time.end_ns = clock__now_ns();
	} while (usage__of_thread().voluntary == before);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count sleep-us timers cpu");
	struct usage before, usage;
	struct sleep *sleeps;
	uint64_t sleep_ns;
	pid_t tid = thread__tid();
	long count;
	int cpu;

	workload__begin(&options);
	count = options__number(&options, "count", 101, 1, 1000000);
	sleep_ns = (uint64_t)options__number(&options, "sleep-us", 500, 50, 10000000) * NS_PER_US;
	open_timers(options__number(&options, "timers", 0, 0, MOST_TIMERS));
	cpu = options__cpu(&options, "cpu", -1);
	sleeps = memory__populated((size_t)count * sizeof(*sleeps));
	thread__pin(cpu);
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < count; i++)
		sleep_once(&sleeps[i], sleep_ns);
	usage = usage__since(usage__of_thread(), before);

	report__begin("sleeper");
	report__number("tid", tid);
	report__number("count", count);
	usage__report("usage", usage);
	report__open_list("sleeps");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)sleeps[i].time.start_ns);
		report__number("deadlineNs", (int64_t)sleeps[i].deadline_ns);
		report__number("endNs", (int64_t)sleeps[i].time.end_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
