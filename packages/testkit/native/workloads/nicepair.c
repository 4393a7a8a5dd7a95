/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Two threads of different nice values that compete for one CPU, and what each got of it. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

struct competitor {
	pid_t tid;
	int nice;
	struct interval time;
	uint64_t cpu_ns;
};

static struct latch ready = { 2 }, gate = { 1 }, finished = { 2 };
static struct competitor competitors[2];
static int cpu;
static uint64_t begin_ns, duration_ns;

static void *compete(void *argument)
{
	struct competitor *own = argument;

	own->tid = thread__tid();
	thread__pin(cpu);
	if (setpriority(PRIO_PROCESS, (id_t)own->tid, own->nice))
		workload__fail("cannot set nice %d: %s", own->nice, strerror(errno));
	latch__arrive(&ready);
	latch__wait(&gate);
	own->time.start_ns = clock__now_ns();
	own->time.end_ns = clock__spin_until(begin_ns + duration_ns);
	own->cpu_ns = clock__read(CLOCK_THREAD_CPUTIME_ID);
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "nice other-nice cpu duration-ms");
	pthread_t thread;
	pid_t tids[2];

	workload__begin(&options);
	competitors[0].nice = (int)options__number(&options, "nice", 0, -20, 19);
	competitors[1].nice = (int)options__number(&options, "other-nice", 5, -20, 19);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	duration_ns = (uint64_t)options__number(&options, "duration-ms", 1000, 10, 20000) *
		      NS_PER_MS;
	for (int i = 0; i < 2; i++)
		thread__start(&thread, compete, &competitors[i]);
	latch__wait(&ready);
	for (int i = 0; i < 2; i++)
		tids[i] = competitors[i].tid;
	workload__ready(tids, 2);

	begin_ns = clock__now_ns();
	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("nicepair");
	report__number("cpu", cpu);
	report__open_list("threads");
	for (int i = 0; i < 2; i++) {
		report__open_object(NULL);
		report__number("tid", competitors[i].tid);
		report__number("nice", competitors[i].nice);
		report__number("startNs", (int64_t)competitors[i].time.start_ns);
		report__number("endNs", (int64_t)competitors[i].time.end_ns);
		report__number("cpuNs", (int64_t)competitors[i].cpu_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
