/* SPDX-License-Identifier: MIT */
/*
 * What the two processes of the self-test share. The director takes commands and disturbs; the
 * target spins on one CPU and writes down every gap that its own clock shows.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "../src/base.h"

#define MOST_GAPS (1ul << 20)
#define MOST_NAPS 8192
/* Between two readings of the clock; shorter ones are the clock's own cost and cache misses. */
#define GAP_NS 1000
#define MOST_INJECTIONS 400

/* Real-time priorities: of a holder of the lock, who keeps it from running, and who wants it. */
#define WEAK_PRIORITY 10
#define MEDIUM_PRIORITY 20
#define STRONG_PRIORITY 30

#define KICK_SIGNAL SIGUSR1

/* What the target does itself, once each time that it is asked. */
enum request {
	NOTHING,
	MINOR_FAULTS,
	MAJOR_FAULT,
	HUGE_PAGES,
	DIRECT_IO,
	LONG_CALL,
	TAKE_LOCK,
	TAKE_LOCK_STRONGLY, /* with a real-time priority */
	SLEEP,
	AWAIT,
	TIMERS,
};

/* What a second thread of the target's process does. */
enum errand { NO_ERRAND, HOLD_LOCK, HOLD_LOCK_WEAKLY, SHOOT_DOWN };

struct stage {
	int cpu; /* of the target */
	int other_cpu; /* of everybody else, as far as they don't disturb */
	pid_t director_tid, target_pid, target_tid, helper_tid;
	char directory[4096]; /* for files */
	uint32_t threads_ready;

	uint32_t request; /* enum request; taken back by the target when done */
	struct interval done; /* by the target's clock */
	uint64_t ran_ns; /* the part of it that the target was on its CPU */
	int happened; /* the kernel's books say that it was what it was meant to be */
	uint64_t due_ns; /* of SLEEP: when to wake up; of TIMERS: when they all expire */
	uint32_t bell; /* futex that AWAIT sleeps on */

	uint32_t errand; /* futex; enum errand; taken back by the helper when done */
	uint32_t lock_held; /* the helper has it */
	uint32_t lock_wanted; /* the target waits for it: the medium thread may begin */
	uint64_t hold_ns;
	struct interval errand_done;

	uint32_t kicks; /* signals that the target has handled */

	/* On a cache line of its own: the target writes it all the time. */
	uint64_t seen_ns __attribute__((aligned(128))); /* latest reading of the target's clock */

	uint32_t gaps __attribute__((aligned(128))); /* in the log; written by the target alone */
	uint64_t gaps_beyond; /* more than the log can hold */
	struct interval log[MOST_GAPS];
	/* Times in which the target slept because it wanted to: its clock saw nothing then. */
	uint32_t naps;
	struct interval nap_log[MOST_NAPS];
};

extern struct stage *stage;

/* Shared by processes, so without FUTEX_PRIVATE_FLAG. */
void futex_wait(uint32_t *word, uint32_t value);
void futex_wake(uint32_t *word);

/* Makes the calling thread real-time, or with priority 0 an ordinary one. Returns 0 or an errno. */
int set_realtime(pid_t tid, int priority);
void set_nice(pid_t tid, int nice);
/* How long an ordinary thread is to run at a time, 0: as others. Older kernels take no notice. */
void set_slice(pid_t tid, uint64_t ns);

#endif
