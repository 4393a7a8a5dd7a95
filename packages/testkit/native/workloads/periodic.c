/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A thread that wakes up at every period of CLOCK_MONOTONIC, some of them late on purpose, or at
 * irregular times. Notes when it asked to be woken and when it was.
 */
#include <sched.h>
#include <string.h>

#include "handshake.h"
#include "realtime.h"
#include "report.h"
#include "thread.h"

struct wake_up {
	uint64_t deadline_ns;
	uint64_t woken_ns;
};

/* Irregular, and the same in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

int main(int argc, char **argv)
{
	struct options options = options__parse(
		argc, argv, "count period-us late-every late-us rhythm policy prio cpu");
	uint64_t period_ns, late_ns, base, random = 1;
	long count, late_every;
	int fifo, irregular;
	struct wake_up *wake_ups;
	struct usage before, usage;
	pid_t tid = thread__tid();

	workload__begin(&options);
	count = options__number(&options, "count", 211, 2, 1000000);
	period_ns = (uint64_t)options__number(&options, "period-us", 2000, 100, 10000000) * NS_PER_US;
	late_every = options__number(&options, "late-every", 0, 0, 1000000);
	late_ns = (uint64_t)options__number(&options, "late-us", 0, 0, 10000000) * NS_PER_US;
	irregular = !strcmp(options__word(&options, "rhythm", "regular", "regular|irregular"),
			    "irregular");
	fifo = !strcmp(options__word(&options, "policy", "other", "other|fifo"), "fifo");
	wake_ups = memory__populated((size_t)count * sizeof(*wake_ups));
	thread__pin(options__cpu(&options, "cpu", -1));
	if (fifo)
		realtime__become(SCHED_FIFO,
				 (int)options__number(&options, "prio", 50, 1, 98));
	workload__ready(&tid, 1);

	before = usage__of_thread();
	base = clock__now_ns() + period_ns;
	for (long i = 0; i < count; i++) {
		wake_ups[i].deadline_ns = base;
		if (late_every && i % late_every == late_every - 1)
			wake_ups[i].deadline_ns += late_ns;
		clock__sleep_until(wake_ups[i].deadline_ns);
		wake_ups[i].woken_ns = clock__now_ns();
		base += irregular ? period_ns / 4 + next_random(&random) % (2 * period_ns) :
				    period_ns;
	}

	usage = usage__since(usage__of_thread(), before);
	report__begin("periodic");
	report__number("tid", tid);
	report__number("periodNs", (int64_t)period_ns);
	usage__report("usage", usage);
	report__open_list("wakeUps");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("deadlineNs", (int64_t)wake_ups[i].deadline_ns);
		report__number("wokenNs", (int64_t)wake_ups[i].woken_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
