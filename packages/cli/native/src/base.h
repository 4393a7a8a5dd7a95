/* SPDX-License-Identifier: MIT */
/* What every part of the demo needs: time, CPUs, options, and the lines that it reports. */
#ifndef BASE_H
#define BASE_H

#include <stdint.h>
#include <sys/types.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

/* CLOCK_MONOTONIC ns, the time base of hftmon. */
struct interval {
	uint64_t start_ns;
	uint64_t end_ns;
};

uint64_t now_ns(void);
void sleep_ns(uint64_t ns);
void sleep_until(uint64_t ns);
void spin_until(uint64_t ns);

pid_t own_tid(void);
void pin_to(int cpu);
/* Leaves a CPU to others, as far as there is another one. */
void keep_off(int cpu);
int other_cpu(int cpu);

/* Name of the calling thread, as receipts show it. */
void call_oneself(const char *name);

/* Ends with the parent, and after so many seconds whatever happens. */
void bound_lifetime(unsigned seconds);

/* Value of "--name VALUE"; a number out of its range, or a missing one without default (< 0
 * there), ends the program. */
long option(int argc, char **argv, const char *name, long otherwise, long least, long most);
const char *option_text(int argc, char **argv, const char *name, const char *otherwise);

/* Prints one line {"error": …} and ends the program. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Prints one line {"did": …} about what was done to which thread, and when. */
void report(const char *did, pid_t tid, const struct interval *list, long count);

#endif
