/* SPDX-License-Identifier: MIT */
#include "director.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRESH_NS (10 * NS_PER_US)
#define PATIENCE_NS (30 * NS_PER_S)

static uint64_t state = 88172645463325252ull;
char skip_reason[512];

int skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(skip_reason, sizeof(skip_reason), format, arguments);
	va_end(arguments);
	return -1;
}

void deed__add(struct deed *deed, struct interval time, uint64_t least_ns, uint64_t most_ns)
{
	deed->list[deed->done++] = (struct injection){ time, least_ns, most_ns, 0 };
}

int deed__goes_on(const struct deed *deed)
{
	return deed->done < deed->count && deed->voided < 2 * deed->count + 20 &&
	       now_ns() < deed->until_ns;
}

void seed_pauses(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ull | 1;
}

static uint64_t next_random(void) /* xorshift64 */
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

void pause_between(void)
{
	sleep_ns((8 + next_random() % 7) * NS_PER_MS);
}

void request_of_target(enum request request)
{
	__atomic_store_n(&stage->request, request, __ATOMIC_RELEASE);
}

void await_target(void)
{
	uint64_t limit = now_ns() + PATIENCE_NS;

	while (__atomic_load_n(&stage->request, __ATOMIC_ACQUIRE) != NOTHING) {
		if (now_ns() > limit)
			fail("the target has not answered for %llu s", PATIENCE_NS / NS_PER_S);
		sleep_ns(NS_PER_MS / 10);
	}
}

void ask_target(enum request request)
{
	request_of_target(request);
	await_target();
}

void ask_helper(enum errand errand)
{
	__atomic_store_n(&stage->errand, errand, __ATOMIC_RELEASE);
	futex_wake(&stage->errand);
}

void await_helper(void)
{
	uint64_t limit = now_ns() + PATIENCE_NS;

	while (__atomic_load_n(&stage->errand, __ATOMIC_ACQUIRE) != NO_ERRAND) {
		if (now_ns() > limit)
			fail("the helper has not answered for %llu s", PATIENCE_NS / NS_PER_S);
		sleep_ns(NS_PER_MS / 10);
	}
}

const char *read_text(const char *path)
{
	static char text[1 << 16];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while ((got = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	close(fd);
	text[length] = 0;
	return text;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

int target_runs_now(void)
{
	return __atomic_load_n(&stage->seen_ns, __ATOMIC_ACQUIRE) + FRESH_NS > now_ns();
}

int target_runs(void)
{
	uint64_t limit = now_ns() + NS_PER_S;

	while (!target_runs_now()) {
		if (now_ns() > limit)
			return 0;
		sleep_ns(NS_PER_MS / 10);
	}
	return 1;
}

struct interval longest_gap(struct interval within)
{
	struct interval longest = { 0, 0 };

	for (uint32_t i = __atomic_load_n(&stage->gaps, __ATOMIC_ACQUIRE); i > 0; i--) {
		struct interval gap = stage->log[i - 1];

		if (gap.end_ns <= within.start_ns)
			break;
		if (gap.start_ns < within.end_ns && length(gap) > length(longest))
			longest = gap;
	}
	return longest;
}

long target_preemptions(void)
{
	static const char name[] = "nonvoluntary_ctxt_switches:";
	char path[64];
	const char *text, *at;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", stage->target_pid,
		 stage->target_tid);
	text = read_text(path);
	at = text ? strstr(text, name) : NULL;
	return at ? atol(at + sizeof(name) - 1) : -1;
}
