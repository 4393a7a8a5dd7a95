/* SPDX-License-Identifier: MIT */
/* Time of SPE's records: they tell the system counter, everything else CLOCK_MONOTONIC. */
#ifndef HFTMON_SPE_CLOCK_H
#define HFTMON_SPE_CLOCK_H

#include <stdint.h>

#include "clock.h"

/* Both clocks at one moment. */
struct spe_clock {
	uint64_t hz; /* of the counter; 0 where there is none */
	uint64_t counter;
	uint64_t ns;
};

static inline struct spe_clock spe_clock__now(void)
{
	struct spe_clock clock = { 0 };

#if defined(__aarch64__)
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(clock.hz));
	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(clock.counter) : : "memory");
#endif
	clock.ns = clock_ns(CLOCK_MONOTONIC);
	return clock;
}

/* CLOCK_MONOTONIC when the counter stood so, some seconds ago at most. Needs a rate. */
static inline uint64_t spe_clock__ns(const struct spe_clock *clock, uint64_t counter)
{
	double ago = (double)(int64_t)(clock->counter - counter) * 1e9 / (double)clock->hz;

	return clock->ns - (uint64_t)(int64_t)ago;
}

#endif
