/* SPDX-License-Identifier: MIT */
/* The target is stopped, or carried to another CPU, by the director. */
#include "director.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "rival.h"

#define STOP_NS (4 * NS_PER_MS)
#define BURST_NS (10 * NS_PER_MS)
#define CARRIER_PRIORITY 60

static struct rival away = { .name = "rival-away", .priority = MEDIUM_PRIORITY };
static struct rival at_home = { .name = "rival-home", .priority = MEDIUM_PRIORITY };

/* One that waits for its CPU can't look at the signal yet. */
static int is_stopped(void)
{
	const char *text, *state;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", stage->target_pid, stage->target_tid);
	text = read_text(path);
	state = text ? strrchr(text, ')') : NULL;
	return state && state[1] && state[2] == 'T';
}

int deed__stop(struct deed *deed)
{
	deed->by = stage->director_tid;
	while (deed__goes_on(deed)) {
		struct interval time;
		int stopped;

		pause_between();
		time.start_ns = now_ns();
		if (kill(stage->target_pid, SIGSTOP))
			return skip("the target cannot be stopped: %s", strerror(errno));
		sleep_ns(STOP_NS);
		stopped = is_stopped();
		time.end_ns = now_ns();
		kill(stage->target_pid, SIGCONT);
		if (stopped)
			deed__add(deed, time, 0, now_ns() - time.start_ns);
		else
			deed->voided++;
	}
	return 0;
}

static int interrupt_and_wait(void)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, stage->target_tid, 0, 0))
		return errno;
	for (;;) {
		if (waitpid(stage->target_tid, &status, __WALL) != stage->target_tid)
			return errno;
		if (!WIFSTOPPED(status))
			return ESRCH;
		if (status >> 16 == PTRACE_EVENT_STOP)
			return 0;
		/* A signal came in between: hand it on, or the thread would never get it. */
		ptrace(PTRACE_CONT, stage->target_tid, 0, (long)WSTOPSIG(status));
	}
}

int deed__trace(struct deed *deed)
{
	int error = 0;

	deed->by = stage->director_tid;
	if (ptrace(PTRACE_SEIZE, stage->target_tid, 0, 0))
		return skip("the target may not be traced: %s", strerror(errno));
	while (deed__goes_on(deed)) {
		struct interval time;
		uint64_t begin;

		pause_between();
		begin = now_ns();
		error = interrupt_and_wait();
		if (error)
			break;
		time.start_ns = now_ns();
		sleep_ns(STOP_NS);
		time.end_ns = now_ns();
		ptrace(PTRACE_CONT, stage->target_tid, 0, 0);
		deed__add(deed, time, length(time), now_ns() - begin);
	}
	if (!error)
		error = interrupt_and_wait();
	ptrace(PTRACE_DETACH, stage->target_tid, 0, 0);
	return error ? skip("the target could not be traced: %s", strerror(error)) : 0;
}

/*
 * Carries the running target to the CPU of a rival, behind which it then waits. Done from that CPU,
 * for a thread that does not run is moved without the help of the kernel's migration thread.
 */
static int carry(struct deed *deed, struct rival *rival)
{
	uint64_t begin = now_ns() + 2 * NS_PER_MS;
	struct interval call;
	long preemptions;
	int running, error;
	cpu_set_t set;

	pin_to(rival->cpu);
	CPU_ZERO(&set);
	CPU_SET(rival->cpu, &set);
	rival__burst(rival, begin, BURST_NS);
	set_realtime(0, CARRIER_PRIORITY);
	sleep_until(begin + NS_PER_MS / 2);
	preemptions = target_preemptions();
	running = target_runs_now();
	call.start_ns = now_ns();
	error = sched_setaffinity(stage->target_tid, sizeof(set), &set) ? errno : 0;
	call.end_ns = now_ns();
	preemptions = target_preemptions() - preemptions;
	set_realtime(0, 0);
	rival__await(rival);
	/* That one switch was the move. */
	if (running && preemptions == 1 && rival->done.start_ns < call.start_ns &&
	    call.end_ns + BURST_NS / 4 < rival->done.end_ns) {
		deed__add(deed, (struct interval){ call.start_ns, rival->done.end_ns }, 0,
			  length(call));
		deed->list[deed->done - 1].by = rival->tid;
	} else {
		deed->voided++;
	}
	return error;
}

int deed__migrate(struct deed *deed)
{
	struct rival *rivals[] = { &away, &at_home };
	int error;

	away.cpu = stage->other_cpu;
	at_home.cpu = stage->cpu;
	error = rival__start(&away);
	if (!error)
		error = rival__start(&at_home);
	if (error)
		return skip("a real-time priority is not permitted here: %s", strerror(error));
	/* An even number, so that it ends where it began. */
	deed->count &= ~1l;
	for (int leg = 0; deed__goes_on(deed) || leg; leg = !leg) {
		pause_between();
		error = carry(deed, rivals[leg]);
		if (error)
			return skip("the target cannot be moved: %s", strerror(error));
	}
	pin_to(stage->other_cpu);
	return 0;
}
