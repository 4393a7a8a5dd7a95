/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Stops a thread by ptrace an exact number of times. When this program dies the kernel detaches
 * and the thread goes on.
 */
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

struct stop {
	uint64_t start_ns; /* before PTRACE_INTERRUPT */
	uint64_t stopped_ns; /* the stop was reported */
	uint64_t continue_ns; /* before it was let go on */
	uint64_t end_ns; /* after it */
};

static void interrupt(pid_t target)
{
	int status = 0;

	if (ptrace(PTRACE_INTERRUPT, target, 0, 0))
		workload__fail("cannot stop %d: %s", target, strerror(errno));
	for (;;) {
		if (waitpid(target, &status, __WALL) != target)
			workload__fail("cannot wait for %d: %s", target, strerror(errno));
		if (!WIFSTOPPED(status))
			workload__fail("%d ended", target);
		if (status >> 16 == PTRACE_EVENT_STOP)
			return;
		/* A signal came in between: hand it on, or the thread would never get it. */
		ptrace(PTRACE_CONT, target, 0, (long)WSTOPSIG(status));
	}
}

/* The last one lets the thread go: it can't be left traced by a program that doesn't listen. */
static void stop_once(pid_t target, uint64_t stop_ns, int last, struct stop *stop)
{
	stop->start_ns = clock__now_ns();
	interrupt(target);
	stop->stopped_ns = clock__now_ns();
	clock__sleep_until(stop->stopped_ns + stop_ns);
	stop->continue_ns = clock__now_ns();
	ptrace(last ? PTRACE_DETACH : PTRACE_CONT, target, 0, 0);
	stop->end_ns = clock__now_ns();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "tid count stop-ms gap-ms cpu");
	uint64_t stop_ns, gap_ns;
	struct stop *stops;
	pid_t target, tid = thread__tid();
	long count;

	workload__begin(&options);
	target = (pid_t)options__number(&options, "tid", 0, 2, 4194304);
	count = options__number(&options, "count", 5, 1, 10000);
	stop_ns = (uint64_t)options__number(&options, "stop-ms", 5, 1, 5000) * NS_PER_MS;
	gap_ns = (uint64_t)options__number(&options, "gap-ms", 20, 1, 5000) * NS_PER_MS;
	thread__pin(options__cpu(&options, "cpu", -1));
	stops = memory__populated((size_t)count * sizeof(*stops));
	if (!target || ptrace(PTRACE_SEIZE, target, 0, 0))
		workload__fail("--tid must name a thread that may be traced: %s", strerror(errno));
	workload__ready(&tid, 1);

	for (long i = 0; i < count; i++) {
		clock__sleep_ns(gap_ns);
		stop_once(target, stop_ns, i == count - 1, &stops[i]);
	}

	report__begin("ptracer");
	report__number("tid", tid);
	report__number("targetTid", target);
	report__open_list("stops");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)stops[i].start_ns);
		report__number("stoppedNs", (int64_t)stops[i].stopped_ns);
		report__number("continueNs", (int64_t)stops[i].continue_ns);
		report__number("endNs", (int64_t)stops[i].end_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
