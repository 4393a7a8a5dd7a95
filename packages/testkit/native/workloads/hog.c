/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Competes for a CPU in timed bursts. A real-time burst starves everything else on its CPU, so
 * three bounds hold it, each enough alone:
 *   - a burst is at most 50 ms, followed by at least as long a pause; the loop watches the clock;
 *   - a watchdog on another CPU, of a higher priority, demotes the thread and kills the process;
 *   - RLIMIT_RTTIME: the kernel kills a real-time thread that runs that long without blocking.
 * On a machine with one CPU there is no place for the watchdog: real-time policies are refused.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define LONGEST_BURST_US 50000
#define MOST_BURSTS 100000
#define OVERRUN_NS (60 * NS_PER_MS)
#define RTTIME_US 80000
#define WATCH_EVERY_NS (20 * NS_PER_MS) /* each look disturbs the CPU that it is on */

struct burst {
	struct interval time;
	uint64_t cpu_ns; /* how much of it the hog really ran */
};

static struct latch ready = { 1 }, gate = { 1 }, finished = { 1 };
static int cpu, policy, priority, niceness;
static pid_t tid;
static long count, most; /* bursts so far, and at most */
static uint64_t burst_ns, period_ns;
static struct burst *bursts;
static uint64_t busy_since_ns; /* 0 between bursts; read by the watchdog */
static int done, stop, set_error;

static int set_policy(pid_t thread, int to, int at)
{
	struct sched_param parameters = { .sched_priority = to == SCHED_OTHER ? 0 : at };

	return sched_setscheduler(thread, to, &parameters) ? errno : 0;
}

static void *watch(void *unused)
{
	(void)unused;
	thread__avoid(cpu);
	set_policy(0, SCHED_FIFO, priority < 99 ? priority + 1 : 99);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		uint64_t since = __atomic_load_n(&busy_since_ns, __ATOMIC_ACQUIRE);

		if (since && clock__now_ns() > since + OVERRUN_NS) {
			set_policy(tid, SCHED_OTHER, 0);
			kill(getpid(), SIGKILL);
		}
		clock__sleep_ns(WATCH_EVERY_NS);
	}
	return NULL;
}

static void burn(struct burst *burst)
{
	uint64_t ran = clock__read(CLOCK_THREAD_CPUTIME_ID);
	uint64_t start = clock__now_ns();

	__atomic_store_n(&busy_since_ns, start, __ATOMIC_RELEASE);
	burst->time.start_ns = start;
	burst->time.end_ns = clock__spin_until(start + burst_ns);
	__atomic_store_n(&busy_since_ns, 0, __ATOMIC_RELEASE);
	burst->cpu_ns = clock__read(CLOCK_THREAD_CPUTIME_ID) - ran;
}

static void *run(void *unused)
{
	(void)unused;
	tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	if (policy != SCHED_OTHER)
		set_error = set_policy(0, policy, priority);
	else if (niceness && setpriority(PRIO_PROCESS, (id_t)tid, niceness))
		set_error = errno;
	if (!set_error) {
		uint64_t next = clock__now_ns() + period_ns;

		while (count < most) {
			clock__sleep_until(next);
			if (__atomic_load_n(&stop, __ATOMIC_RELAXED))
				break;
			burn(&bursts[count]);
			next += period_ns;
			if (next < bursts[count].time.end_ns + burst_ns) /* always leave a pause */
				next = bursts[count].time.end_ns + burst_ns;
			count++;
		}
	}
	set_policy(0, SCHED_OTHER, 0);
	latch__arrive(&finished);
	thread__park();
}

static void bound(void)
{
	struct rlimit limit = { RTTIME_US, RTTIME_US };
	pthread_t watchdog;

	if (thread__other_cpu(cpu) < 0)
		workload__fail("a real-time hog needs a second CPU for its watchdog");
	if (setrlimit(RLIMIT_RTTIME, &limit))
		workload__fail("cannot bound real-time run time: %s", strerror(errno));
	thread__start(&watchdog, watch, NULL);
}

int main(int argc, char **argv)
{
	struct options options =
		options__parse(argc, argv, "policy prio nice cpu burst-us period-ms count");
	const char *name;
	pthread_t thread;
	int until_told;

	workload__begin(&options);
	name = options__word(&options, "policy", "other", "other|fifo|rr");
	policy = !strcmp(name, "fifo") ? SCHED_FIFO : !strcmp(name, "rr") ? SCHED_RR : SCHED_OTHER;
	priority = (int)options__number(&options, "prio", 10, 1, 98);
	niceness = (int)options__number(&options, "nice", 0, -20, 19);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	burst_ns = (uint64_t)options__number(&options, "burst-us", 1000, 1, LONGEST_BURST_US) *
		   NS_PER_US;
	period_ns = (uint64_t)options__number(&options, "period-ms", 20, 1, 10000) * NS_PER_MS;
	most = options__number(&options, "count", 11, 0, MOST_BURSTS);
	until_told = !most;
	if (until_told)
		most = MOST_BURSTS;
	if (cpu < 0)
		workload__fail("a hog wants --cpu");
	if (period_ns < 2 * burst_ns)
		workload__fail("--period-ms must be at least twice --burst-us");
	bursts = memory__populated((size_t)most * sizeof(*bursts));

	thread__start(&thread, run, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);
	if (policy != SCHED_OTHER)
		bound();
	workload__ready(&tid, 1);

	latch__arrive(&gate);
	if (until_told) {
		workload__running();
		workload__await("stop");
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	}
	latch__wait(&finished);
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	if (set_error)
		workload__fail("cannot set the policy %s: %s", name, strerror(set_error));

	thread__await_asleep(&tid, 1);
	report__begin("hog");
	report__text("policy", name);
	report__number("priority", policy == SCHED_OTHER ? 0 : priority);
	report__number("cpu", cpu);
	report__number("tid", tid);
	report__open_list("bursts");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)bursts[i].time.start_ns);
		report__number("endNs", (int64_t)bursts[i].time.end_ns);
		report__number("cpuNs", (int64_t)bursts[i].cpu_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
