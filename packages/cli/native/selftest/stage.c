/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc has it from 2.41 on. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

struct stage *stage;

void futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, NULL, NULL, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

int set_realtime(pid_t tid, int priority)
{
	struct sched_param parameters = { .sched_priority = priority };

	return sched_setscheduler(tid, priority ? SCHED_FIFO : SCHED_OTHER, &parameters) ? errno : 0;
}

void set_nice(pid_t tid, int nice)
{
	/* Without the right to it the target is only disturbed more by others. */
	(void)!setpriority(PRIO_PROCESS, (id_t)tid, nice);
}

void set_slice(pid_t tid, uint64_t ns)
{
	struct scheduling of = { .size = sizeof(of), .policy = SCHED_OTHER, .runtime_ns = ns };

	errno = 0;
	of.nice = getpriority(PRIO_PROCESS, (id_t)tid);
	if (!errno)
		syscall(SYS_sched_setattr, tid, &of, 0);
}
