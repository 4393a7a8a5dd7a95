/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Sleeps an exact number of times until absolute deadlines, and notes how late it woke. Runs in
 * the main thread: between quiet ends its books grow by the report's own count plus one, the
 * final wait for "quit".
 */
#include "handshake.h"
#include "report.h"
#include "thread.h"

struct sleep {
	struct interval time;
	uint64_t deadline_ns;
};

/*
 * On a busy machine the deadline may pass before the thread has left its CPU; then the kernel
 * counts no switch, and it was no sleep: it is done again.
 */
static void sleep_once(struct sleep *sleep, uint64_t length_ns)
{
	int64_t before = usage__of_thread().voluntary;

	do {
		sleep->time.start_ns = clock__now_ns();
		sleep->deadline_ns = sleep->time.start_ns + length_ns;
		clock__sleep_until(sleep->deadline_ns);
		sleep->time.end_ns = clock__now_ns();
	} while (usage__of_thread().voluntary == before);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count sleep-us cpu");
	struct usage before, usage;
	struct sleep *sleeps;
	uint64_t sleep_ns;
	pid_t tid = thread__tid();
	long count;
	int cpu;

	workload__begin(&options);
	count = options__number(&options, "count", 101, 1, 1000000);
	sleep_ns = (uint64_t)options__number(&options, "sleep-us", 500, 50, 10000000) * NS_PER_US;
	cpu = options__cpu(&options, "cpu", -1);
	sleeps = memory__populated((size_t)count * sizeof(*sleeps));
	thread__pin(cpu);
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < count; i++)
		sleep_once(&sleeps[i], sleep_ns);
	usage = usage__since(usage__of_thread(), before);

	report__begin("sleeper");
	report__number("tid", tid);
	report__number("count", count);
	usage__report("usage", usage);
	report__open_list("sleeps");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)sleeps[i].time.start_ns);
		report__number("deadlineNs", (int64_t)sleeps[i].deadline_ns);
		report__number("endNs", (int64_t)sleeps[i].time.end_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
