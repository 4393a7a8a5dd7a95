/* SPDX-License-Identifier: MIT */
/* Stops a process for a while, again and again: SIGSTOP, a pause, SIGCONT. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base.h"
#include "modes.h"

#define MOST 100

int stopper(int argc, char **argv)
{
	pid_t pid = (pid_t)option(argc, argv, "pid", -1, 2, 1 << 22);
	pid_t tid = (pid_t)option(argc, argv, "tid", pid, 2, 1 << 22);
	uint64_t stop_ns = (uint64_t)option(argc, argv, "us", 4000, 1, 100000) * NS_PER_US;
	uint64_t gap_ns = (uint64_t)option(argc, argv, "gap-ms", 25, 1, 10000) * NS_PER_MS;
	long count = option(argc, argv, "count", 7, 1, MOST);
	struct interval list[MOST];

	call_oneself("stopper");
	bound_lifetime(60);
	keep_off((int)option(argc, argv, "off-cpu", 1 << 20, 0, 1 << 20));
	for (long i = 0; i < count; i++) {
		list[i].start_ns = now_ns();
		if (kill(pid, SIGSTOP))
			fail("cannot stop process %d: %s", pid, strerror(errno));
		sleep_ns(stop_ns);
		kill(pid, SIGCONT);
		list[i].end_ns = now_ns();
		sleep_ns(gap_ns);
	}
	report("stopper", tid, list, count);
	return 0;
}
