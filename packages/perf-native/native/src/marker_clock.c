/* SPDX-License-Identifier: MIT */
#include "marker_clock.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "clock.h"
#include "marker_layout.h"

/* Two moments closer than that make no slope worth having. */
#define LEAST_BASE_NS 20000.0
#define TRIES 4

uint64_t marker_clock_counter(uint32_t type)
{
#if defined(__x86_64__)
	if (type == HFTMON_MARKER_CLOCK_TSC) {
		__builtin_ia32_lfence(); /* not before what was loaded so far */
		return __builtin_ia32_rdtsc();
	}
#elif defined(__aarch64__)
	if (type == HFTMON_MARKER_CLOCK_CNTVCT) {
		uint64_t counter;

		__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(counter) : : "memory");
		return counter;
	}
#endif
	(void)type;
	return clock_ns(CLOCK_MONOTONIC);
}

uint32_t marker_clock_host_type(const char *source_file)
{
	char source[32] = "";
	int fd = open(source_file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, source, sizeof(source) - 1);

	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return HFTMON_MARKER_CLOCK_MONOTONIC;
#if defined(__x86_64__)
	unsigned int a, b, c, d;

	if (!strcmp(source, "tsc\n") && __get_cpuid(0x80000007u, &a, &b, &c, &d) && d & 1u << 8)
		return HFTMON_MARKER_CLOCK_TSC;
#elif defined(__aarch64__)
	if (!strcmp(source, "arch_sys_counter\n"))
		return HFTMON_MARKER_CLOCK_CNTVCT;
#endif
	return HFTMON_MARKER_CLOCK_MONOTONIC;
}

/* The shortest of a few readings of counter, clock, counter. */
static struct marker_moment read_moment(struct marker_clock *c, uint64_t *width)
{
	struct marker_moment best = { 0 };

	*width = UINT64_MAX;
	for (int i = 0; i < TRIES; i++) {
		uint64_t early = marker_clock_counter(c->type);
		uint64_t ns = clock_ns(CLOCK_MONOTONIC);
		uint64_t late = marker_clock_counter(c->type);

		if (late - early >= *width)
			continue;
		*width = late - early;
		best.counter = early + (late - early) / 2;
		best.ns = (double)(int64_t)(ns - c->epoch_ns);
	}
	return best;
}

static double slope(struct marker_moment from, struct marker_moment to)
{
	return (to.ns - from.ns) / (double)(int64_t)(to.counter - from.counter);
}

void marker_clock_open(struct marker_clock *c, uint32_t type, uint64_t epoch_ns)
{
	uint64_t width;

	memset(c, 0, sizeof(*c));
	c->type = type;
	c->epoch_ns = epoch_ns;
	c->first = c->now = read_moment(c, &width);
	if (type == HFTMON_MARKER_CLOCK_MONOTONIC)
		return;
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
	while (c->before.counter == 0)
		marker_clock_look(c);
	if ((double)width / 2 * slope(c->first, c->now) > c->error_ns)
		c->error_ns = (double)width / 2 * slope(c->first, c->now);
}

void marker_clock_look(struct marker_clock *c)
{
	struct marker_moment now;
	uint64_t width;
	double error;

	if (c->type == HFTMON_MARKER_CLOCK_MONOTONIC)
		return;
	now = read_moment(c, &width);
	if (now.ns - c->now.ns < LEAST_BASE_NS)
		return;
	c->before = c->now;
	c->now = now;
	error = (double)width / 2 * slope(c->before, now);
	if (error > c->error_ns)
		c->error_ns = error;
}

bool marker_clock_reaches(const struct marker_clock *c, uint64_t counter)
{
	return counter >= c->before.counter;
}

double marker_clock_ns(const struct marker_clock *c, uint64_t counter)
{
	double rate;

	if (c->type == HFTMON_MARKER_CLOCK_MONOTONIC)
		return (double)(int64_t)(counter - c->epoch_ns);
	rate = marker_clock_reaches(c, counter) ? slope(c->before, c->now) : slope(c->first, c->now);
	return c->now.ns + (double)(int64_t)(counter - c->now.counter) * rate;
}
