/* SPDX-License-Identifier: MIT */
/*
 * The clock of pollers: the CPU's own counter where the kernel keeps time by it, too, else
 * CLOCK_MONOTONIC itself. A reading of the counter takes a few ns.
 */
#ifndef HFTMON_TICKS_H
#define HFTMON_TICKS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "clock.h"

struct tick_clock {
	bool counter;
	/* A tick is scale / 2^32 ns; a ns is `per_ns` / 2^32 ticks. */
	uint64_t scale;
	uint64_t per_ns;
};

static inline uint64_t ticks_now(const struct tick_clock *clock)
{
#if defined(__x86_64__)
	if (clock->counter)
		return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	if (clock->counter) {
		uint64_t value;

		__asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
		return value;
	}
#endif
	return clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t ticks_to_ns(const struct tick_clock *clock, uint64_t ticks)
{
	return (uint64_t)(((unsigned __int128)ticks * clock->scale) >> 32);
}

static inline uint64_t ns_to_ticks(const struct tick_clock *clock, uint64_t ns)
{
	return (uint64_t)(((unsigned __int128)ns * clock->per_ns) >> 32);
}

/* A reading of both clocks that belong together. */
struct tick_pair {
	uint64_t ticks;
	uint64_t ns; /* CLOCK_MONOTONIC */
};

/* The best of so many readings: the one that took the shortest time. */
struct tick_pair ticks_pair(const struct tick_clock *clock, uint32_t attempts);
/* Measures the counter against CLOCK_MONOTONIC for 20 ms, busily; on the CPU that will use it. */
void ticks_calibrate(struct tick_clock *clock, bool counter);
/* Ticks per second between two pairs. */
double ticks_hertz(const struct tick_pair *from, const struct tick_pair *to);

#endif
