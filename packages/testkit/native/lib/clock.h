/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Time: CLOCK_MONOTONIC in ns, the clock of every record, so both can be compared as they are. */
#ifndef HFTMON_TESTKIT_CLOCK_H
#define HFTMON_TESTKIT_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

/* A stretch of time, CLOCK_MONOTONIC ns. */
struct interval {
	uint64_t start_ns;
	uint64_t end_ns;
};

static inline uint64_t clock__read(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static inline uint64_t clock__now_ns(void)
{
	return clock__read(CLOCK_MONOTONIC);
}

/* Sleeps until an absolute CLOCK_MONOTONIC time. */
static inline void clock__sleep_until(uint64_t deadline_ns)
{
	struct timespec t = {
		.tv_sec = (time_t)(deadline_ns / NS_PER_S),
		.tv_nsec = (long)(deadline_ns % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static inline void clock__sleep_ns(uint64_t ns)
{
	clock__sleep_until(clock__now_ns() + ns);
}

/* Burns the CPU until an absolute CLOCK_MONOTONIC time. Returns the time it ended. */
static inline uint64_t clock__spin_until(uint64_t deadline_ns)
{
	uint64_t now;

	do
		now = clock__now_ns();
	while (now < deadline_ns);
	return now;
}

#endif
