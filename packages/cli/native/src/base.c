/* SPDX-License-Identifier: MIT */
#include "base.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
}

void sleep_ns(uint64_t ns)
{
	sleep_until(now_ns() + ns);
}

void sleep_until(uint64_t ns)
{
	struct timespec t = to_timespec(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

void spin_until(uint64_t ns)
{
	while (now_ns() < ns)
		;
}

pid_t own_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("cannot run on CPU %d: %s", cpu, strerror(errno));
}

void keep_off(int cpu)
{
	cpu_set_t set;

	if (other_cpu(cpu) < 0 || sched_getaffinity(0, sizeof(set), &set))
		return;
	CPU_CLR(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int other_cpu(int cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int other = 0; other < CPU_SETSIZE; other++)
		if (other != cpu && CPU_ISSET(other, &set))
			return other;
	return -1;
}

void call_oneself(const char *name)
{
	prctl(PR_SET_NAME, name);
}

void bound_lifetime(unsigned seconds)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(seconds);
}

const char *option_text(int argc, char **argv, const char *name, const char *otherwise)
{
	for (int i = 2; i + 1 < argc; i += 2)
		if (!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, name))
			return argv[i + 1];
	return otherwise;
}

long option(int argc, char **argv, const char *name, long otherwise, long least, long most)
{
	const char *text = option_text(argc, argv, name, NULL);
	char *end;
	long value;

	if (!text && otherwise < 0)
		fail("--%s is missing", name);
	if (!text)
		return otherwise;
	value = strtol(text, &end, 10);
	if (*end || end == text || value < least || value > most)
		fail("--%s must be from %ld to %ld", name, least, most);
	return value;
}

void fail(const char *format, ...)
{
	va_list arguments;

	/* The texts hold neither quotes nor backslashes, so they need no escapes. */
	printf("{\"error\":\"");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\"}\n");
	fflush(stdout);
	_exit(1);
}

void report(const char *did, pid_t tid, const struct interval *list, long count)
{
	printf("{\"did\":\"%s\",\"tid\":%d,\"intervals\":[", did, tid);
	for (long i = 0; i < count; i++)
		printf("%s[%llu,%llu]", i ? "," : "", (unsigned long long)list[i].start_ns,
		       (unsigned long long)list[i].end_ns);
	printf("]}\n");
	fflush(stdout);
}
