/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A thread that moves itself between two CPUs an exact number of times. */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

struct move {
	struct interval time;
	int from, to; /* as sched_getcpu told before and after */
};

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count gap-us cpu other-cpu");
	struct move *moves;
	uint64_t gap_ns;
	pid_t tid = thread__tid();
	long count, changed = 0;
	int cpus[2];

	workload__begin(&options);
	count = options__number(&options, "count", 101, 1, 1000000);
	gap_ns = (uint64_t)options__number(&options, "gap-us", 100, 0, 1000000) * NS_PER_US;
	cpus[0] = options__cpu(&options, "cpu", thread__other_cpu(-1));
	cpus[1] = options__cpu(&options, "other-cpu", thread__other_cpu(cpus[0]));
	if (cpus[1] < 0 || cpus[0] == cpus[1])
		workload__fail("needs two CPUs to move between");
	moves = memory__populated((size_t)count * sizeof(*moves));
	thread__pin(cpus[0]);
	workload__ready(&tid, 1);

	for (long i = 0; i < count; i++) {
		cpu_set_t set;

		if (gap_ns)
			clock__spin_until(clock__now_ns() + gap_ns);
		CPU_ZERO(&set);
		CPU_SET(cpus[(i + 1) & 1], &set);
		moves[i].from = sched_getcpu();
		moves[i].time.start_ns = clock__now_ns();
		if (sched_setaffinity(0, sizeof(set), &set))
			workload__fail("cannot move: %s", strerror(errno));
		moves[i].time.end_ns = clock__now_ns();
		moves[i].to = sched_getcpu();
		changed += moves[i].from != moves[i].to;
	}

	report__begin("migrator");
	report__number("tid", tid);
	report__number("count", count);
	report__number("migrations", changed);
	report__open_list("moves");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)moves[i].time.start_ns);
		report__number("endNs", (int64_t)moves[i].time.end_ns);
		report__number("from", moves[i].from);
		report__number("to", moves[i].to);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
