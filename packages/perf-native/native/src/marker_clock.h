/* SPDX-License-Identifier: MIT */
/*
 * Turns a processor's counter into ns since the session epoch. The kernel's CLOCK_MONOTONIC is a
 * piecewise linear function of the same counter, so between two moments at which both were read
 * together the line through them is off by no more than the reading was, plus what the kernel
 * changed the slope by in between (NTP: below 1 ppm, so a few ns per ms).
 */
#ifndef HFTMON_MARKER_CLOCK_H
#define HFTMON_MARKER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct marker_moment {
	uint64_t counter;
	double ns; /* since the epoch */
};

struct marker_clock {
	uint32_t type; /* HFTMON_MARKER_CLOCK_... */
	uint64_t epoch_ns;
	struct marker_moment first, before, now;
	double error_ns; /* half of the longest reading that was used */
};

/* The type that a writer on this host chooses. */
uint32_t marker_clock_host_type(const char *source_file);
/* Takes half a millisecond, for a slope to begin with. */
void marker_clock_open(struct marker_clock *c, uint32_t type, uint64_t epoch_ns);
/* Looks at both clocks, not more often than it takes for a slope. */
void marker_clock_look(struct marker_clock *c);
uint64_t marker_clock_counter(uint32_t type);
double marker_clock_ns(const struct marker_clock *c, uint64_t counter);
/* Is that time on the line of the last two looks? */
bool marker_clock_reaches(const struct marker_clock *c, uint64_t counter);

#endif
