/* SPDX-License-Identifier: MIT */
/* What the director can do to the target, and how it tells what it did. */
#ifndef DIRECTOR_H
#define DIRECTOR_H

#include "stage.h"

struct injection {
	struct interval time;
	/* What the disturbance itself took: at least, and at most. */
	uint64_t least_ns, most_ns;
	pid_t by; /* the thread that did this one; 0: the deed's */
};

/* Of one command. */
struct deed {
	long count; /* injections that are wanted */
	uint64_t until_ns; /* no more are begun after that */
	long done;
	long voided; /* tries in which something else happened, by the kernel's books */
	struct injection list[MOST_INJECTIONS];
	pid_t by; /* the thread that did it; 0: none but the target */
	long irq; /* -1: none */
	char cgroup[256];
};

/* Each returns 0, or -1 after skip(). */
int deed__preempt(struct deed *deed);
int deed__compete(struct deed *deed);
int deed__delay_timer(struct deed *deed);
int deed__delay_wakeup(struct deed *deed);
int deed__migrate(struct deed *deed);
int deed__stop(struct deed *deed);
int deed__trace(struct deed *deed);
int deed__minor_faults(struct deed *deed);
int deed__major_faults(struct deed *deed);
int deed__huge_pages(struct deed *deed);
int deed__direct_io(struct deed *deed);
int deed__long_calls(struct deed *deed);
int deed__lock(struct deed *deed);
int deed__invert(struct deed *deed);
int deed__throttle(struct deed *deed);
int deed__shoot_down(struct deed *deed);
int deed__reschedule(struct deed *deed);
int deed__device_interrupts(struct deed *deed);
int deed__packets(struct deed *deed);
int deed__timers(struct deed *deed);

/* Says why it cannot be done here. Always -1. */
int skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Notes an injection. */
void deed__add(struct deed *deed, struct interval time, uint64_t least_ns, uint64_t most_ns);
/* Another try: neither enough were done, nor too many in vain, and there is time left? */
int deed__goes_on(const struct deed *deed);

/* Lets some time pass, so that one injection is not a part of the one before. */
void pause_between(void);
void seed_pauses(uint64_t seed);

/* Length of a time, ns. */
static inline uint64_t length(struct interval time)
{
	return time.end_ns - time.start_ns;
}

/* Asks the target; waits until it has done it. */
void ask_target(enum request request);
void request_of_target(enum request request);
void await_target(void);
/* Asks the target's helper. */
void ask_helper(enum errand errand);
void await_helper(void);
/* Switches against its will, by the kernel's books. */
long target_preemptions(void);
/* The longest gap of its clock that overlaps a time; none: of length 0. */
struct interval longest_gap(struct interval within);
/* Is it on its CPU, by its clock? */
int target_runs_now(void);
/* Waits for that. Returns 0 when it is not within a second. */
int target_runs(void);

/* The text of a small file, or NULL with errno set. Valid until the next call. */
const char *read_text(const char *path);
/* Returns 0 or an errno. */
int write_text(const char *path, const char *text);

#endif
