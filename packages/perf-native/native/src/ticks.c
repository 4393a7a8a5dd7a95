/* SPDX-License-Identifier: MIT */
#include "ticks.h"

#define CALIBRATION_NS 20000000u
/* Readings of both clocks at each end of the calibration. */
#define ATTEMPTS 16

struct tick_pair ticks_pair(const struct tick_clock *clock, uint32_t attempts)
{
	struct tick_pair best = { 0 };
	uint64_t shortest = UINT64_MAX;

	for (uint32_t i = 0; i < attempts; i++) {
		uint64_t before = ticks_now(clock);
		uint64_t ns = clock_ns(CLOCK_MONOTONIC);
		uint64_t took = ticks_now(clock) - before;

		if (took >= shortest)
			continue;
		shortest = took;
		best.ticks = before + took / 2;
		best.ns = ns;
	}
	return best;
}

double ticks_hertz(const struct tick_pair *from, const struct tick_pair *to)
{
	return (double)(to->ticks - from->ticks) * 1e9 / (double)(to->ns - from->ns);
}

void ticks_calibrate(struct tick_clock *clock, bool counter)
{
	struct tick_pair from, to;
	double ns_per_tick;

	clock->counter = counter;
	clock->scale = clock->per_ns = 1ull << 32;
	if (!counter)
		return;
	from = ticks_pair(clock, ATTEMPTS);
	do {
		to = ticks_pair(clock, ATTEMPTS);
	} while (to.ns - from.ns < CALIBRATION_NS);
	ns_per_tick = 1e9 / ticks_hertz(&from, &to);
	clock->scale = (uint64_t)(ns_per_tick * 0x1p32 + 0.5);
	clock->per_ns = (uint64_t)(0x1p32 / ns_per_tick + 0.5);
}
