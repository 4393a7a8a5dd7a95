/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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
