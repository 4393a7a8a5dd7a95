/* SPDX-License-Identifier: MIT */
/*
 * Takes a CPU away in timed bursts. A real-time burst starves all else on its CPU, so three
 * bounds hold it, each enough alone:
 *   - a burst is at most 20 ms, followed by at least as long a pause; the loop watches the clock;
 *   - a watchdog on another CPU, of a higher priority, demotes the thread and kills the process;
 *   - RLIMIT_RTTIME: the kernel kills a real-time thread that runs that long without blocking.
 * On a machine with one CPU there is no place for the watchdog: real-time bursts are refused.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base.h"
#include "modes.h"

#define MOST 100
#define LONGEST_BURST_US 20000
#define OVERRUN_NS (30 * NS_PER_MS)
#define RTTIME_US 50000
#define WATCH_EVERY_NS (5 * NS_PER_MS)
#define PRIORITY 10

static pid_t burner;
static int hog_cpu;
static uint64_t busy_since_ns; /* 0 between bursts; read by the watchdog */

static int set_policy(pid_t tid, int policy, int priority)
{
	struct sched_param parameters = { .sched_priority = priority };

	return sched_setscheduler(tid, policy, &parameters);
}

static void *watch(void *unused)
{
	(void)unused;
	keep_off(hog_cpu);
	set_policy(0, SCHED_FIFO, PRIORITY + 1);
	for (;;) {
		uint64_t since = __atomic_load_n(&busy_since_ns, __ATOMIC_ACQUIRE);

		if (since && now_ns() > since + OVERRUN_NS) {
			set_policy(burner, SCHED_OTHER, 0);
			kill(getpid(), SIGKILL);
		}
		sleep_ns(WATCH_EVERY_NS);
	}
	return NULL;
}

static void become_realtime(void)
{
	struct rlimit limit = { RTTIME_US, RTTIME_US };
	pthread_t watchdog;

	if (other_cpu(hog_cpu) < 0)
		fail("a real-time burst needs a second CPU for its watchdog");
	if (setrlimit(RLIMIT_RTTIME, &limit))
		fail("cannot bound real-time run time: %s", strerror(errno));
	if (pthread_create(&watchdog, NULL, watch, NULL))
		fail("cannot start the watchdog");
	pin_to(hog_cpu);
	if (set_policy(0, SCHED_FIFO, PRIORITY))
		fail("real-time priority is not permitted here: %s", strerror(errno));
}

int hog(int argc, char **argv)
{
	int realtime = !strcmp(option_text(argc, argv, "policy", "other"), "fifo");
	uint64_t burst_ns =
		(uint64_t)option(argc, argv, "us", 3000, 1, LONGEST_BURST_US) * NS_PER_US;
	uint64_t gap_ns = (uint64_t)option(argc, argv, "gap-ms", 25, 20, 10000) * NS_PER_MS;
	long count = option(argc, argv, "count", 7, 1, MOST);
	pid_t tid = (pid_t)option(argc, argv, "tid", 0, 0, 1 << 22);
	struct interval list[MOST];

	call_oneself(realtime ? "rt-task" : "competitor");
	bound_lifetime(60);
	hog_cpu = (int)option(argc, argv, "cpu", -1, 0, 1 << 20);
	burner = own_tid();
	if (realtime)
		become_realtime();
	else
		pin_to(hog_cpu);
	for (long i = 0; i < count; i++) {
		uint64_t start;

		sleep_ns(gap_ns);
		start = now_ns();
		__atomic_store_n(&busy_since_ns, start, __ATOMIC_RELEASE);
		spin_until(start + burst_ns);
		__atomic_store_n(&busy_since_ns, 0, __ATOMIC_RELEASE);
		list[i] = (struct interval){ start, now_ns() };
	}
	set_policy(0, SCHED_OTHER, 0);
	report("hog", tid, list, count);
	return 0;
}
