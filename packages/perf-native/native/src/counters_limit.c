/* SPDX-License-Identifier: MIT */
/* Each thread and event takes a file descriptor, so thousands of threads need a high limit. */
#include <pthread.h>
#include <sys/resource.h>

#include "counters.h"

/* Left to the rest of the process, which can't go on without any. */
#define RESERVE 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int users;
static rlim_t before;

void counters_limit_raise(void)
{
	struct rlimit limit;

	pthread_mutex_lock(&lock);
	if (users++ == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		before = limit.rlim_cur;
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	pthread_mutex_unlock(&lock);
}

bool counters_limit_leaves_room(int fd)
{
	struct rlimit limit;
	rlim_t reserve;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return true;
	reserve = limit.rlim_cur / 4 < RESERVE ? limit.rlim_cur / 4 : RESERVE;
	/* The kernel gives the lowest number that is free, so nearly all below are taken. */
	return (rlim_t)fd < limit.rlim_cur - reserve;
}

void counters_limit_restore(void)
{
	struct rlimit limit;

	pthread_mutex_lock(&lock);
	/* If it is not what it was raised to, somebody else has set it since. */
	if (--users == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur == limit.rlim_max) {
		limit.rlim_cur = before;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	pthread_mutex_unlock(&lock);
}
