/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A chain of threads on one CPU, from the strongest to the weakest: each waits for a lock that the
 * next one holds. In every round all are blocked, one behind the other, before the last works for
 * a given time of its own and lets go. With --burn-us a further thread, weaker than the first but
 * stronger than the last, wants the CPU meanwhile: it delays all of them where the locks don't
 * lend priorities.
 *
 *   SCHED_FIFO 10 * (depth - 1), ..., 20, 10, SCHED_OTHER; the further one 5
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>

#include "handshake.h"
#include "latch.h"
#include "realtime.h"
#include "report.h"
#include "thread.h"

#define DEEPEST 5
#define BURNER DEEPEST

static struct latch ready, gate = { 1 }, finished;
static pthread_mutex_t locks[DEEPEST - 1]; /* lock i: thread i waits for thread i + 1 */
static pid_t tids[DEEPEST + 1];
static int start[DEEPEST + 1], holding, work, done; /* eventfds */
static int depth, cpu, inherit;
static long count;
static uint64_t hold_ns, burn_ns;
static struct interval *waits[DEEPEST];
static struct interval *burns;
static uint64_t *released_ns;

static void post(int event)
{
	if (eventfd_write(event, 1))
		workload__fail("eventfd: %s", strerror(errno));
}

static void await(int event)
{
	eventfd_t value;

	if (eventfd_read(event, &value))
		workload__fail("eventfd: %s", strerror(errno));
}

static int event(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
}

/* glibc's lock word: 2 when contended, or the FUTEX_WAITERS bit with priority inheritance. */
static void await_waiter(pthread_mutex_t *lock)
{
	for (;;) {
		uint32_t word = __atomic_load_n((uint32_t *)lock, __ATOMIC_RELAXED);

		if (inherit ? (word & FUTEX_WAITERS) != 0 : word == 2)
			return;
		clock__sleep_ns(20 * NS_PER_US);
	}
}

static void begin_thread(int number, int priority)
{
	tids[number] = thread__tid();
	thread__pin(cpu);
	realtime__become(priority ? SCHED_FIFO : SCHED_OTHER, priority);
	latch__arrive(&ready);
	latch__wait(&gate);
}

static void wait_in_chain(int number, long round)
{
	struct interval *wait = &waits[number][round];

	if (number > 0)
		pthread_mutex_lock(&locks[number - 1]);
	wait->start_ns = clock__now_ns();
	pthread_mutex_lock(&locks[number]);
	wait->end_ns = clock__now_ns();
	pthread_mutex_unlock(&locks[number]);
	if (number > 0)
		pthread_mutex_unlock(&locks[number - 1]);
}

static void hold(long round)
{
	pthread_mutex_t *lock = &locks[depth - 2];
	uint64_t until;

	pthread_mutex_lock(lock);
	post(holding);
	await(work);
	/* With a lent priority it is real-time; else it may have to wait for anybody. */
	if (inherit)
		realtime__busy();
	until = clock__read(CLOCK_THREAD_CPUTIME_ID) + hold_ns;
	while (clock__read(CLOCK_THREAD_CPUTIME_ID) < until)
		;
	if (inherit)
		realtime__idle();
	released_ns[round] = clock__now_ns();
	pthread_mutex_unlock(lock);
}

static void *run(void *argument)
{
	int number = (int)(intptr_t)argument;

	begin_thread(number, 10 * (depth - 1 - number));
	for (long i = 0; i < count; i++) {
		await(start[number]);
		if (number == depth - 1)
			hold(i);
		else
			wait_in_chain(number, i);
		post(done);
	}
	latch__arrive(&finished);
	thread__park();
}

static void *burn(void *unused)
{
	(void)unused;
	begin_thread(BURNER, 5);
	for (long i = 0; i < count; i++) {
		await(start[BURNER]);
		realtime__busy();
		burns[i].start_ns = clock__now_ns();
		burns[i].end_ns = clock__spin_until(burns[i].start_ns + burn_ns);
		realtime__idle();
		post(done);
	}
	latch__arrive(&finished);
	thread__park();
}

static void one_round(void)
{
	post(start[depth - 1]);
	await(holding);
	for (int i = depth - 2; i >= 0; i--) {
		post(start[i]);
		await_waiter(&locks[i]);
	}
	/* The lock word tells that it is about to sleep, not that it does. */
	thread__await_asleep(tids, depth);
	post(work);
	if (burn_ns) {
		clock__sleep_ns(hold_ns / 2);
		post(start[BURNER]);
	}
	for (int i = 0; i < depth + (burn_ns != 0); i++)
		await(done);
}

static void report_intervals(const char *key, const struct interval *intervals)
{
	report__intervals(key, intervals, (size_t)count);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "depth count hold-us burn-us via cpu");
	pthread_mutexattr_t attributes;
	pthread_t thread;
	int threads;

	workload__begin(&options);
	depth = (int)options__number(&options, "depth", 2, 2, DEEPEST);
	count = options__number(&options, "count", 11, 1, 100000);
	hold_ns = (uint64_t)options__number(&options, "hold-us", 1000, 100, 20000) * NS_PER_US;
	burn_ns = (uint64_t)options__number(&options, "burn-us", 0, 0, 20000) * NS_PER_US;
	inherit = !strcmp(options__word(&options, "via", "pi", "mutex|pi"), "pi");
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	threads = depth + (burn_ns != 0);
	ready.count = finished.count = (uint32_t)threads;
	holding = event();
	work = event();
	done = event();
	released_ns = memory__populated((size_t)count * sizeof(*released_ns));
	burns = memory__populated((size_t)count * sizeof(*burns));
	pthread_mutexattr_init(&attributes);
	if (inherit)
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	thread__avoid(cpu);
	realtime__guard(cpu);
	for (int i = 0; i < depth; i++) {
		start[i] = event();
		waits[i] = memory__populated((size_t)count * sizeof(*waits[i]));
		if (i < depth - 1)
			pthread_mutex_init(&locks[i], &attributes);
	}
	start[BURNER] = event();
	for (int i = 0; i < depth; i++)
		thread__start(&thread, run, (void *)(intptr_t)i);
	if (burn_ns)
		thread__start(&thread, burn, NULL);
	latch__wait(&ready);
	if (burn_ns)
		tids[depth] = tids[BURNER];
	workload__ready(tids, threads);

	latch__arrive(&gate);
	for (long i = 0; i < count; i++)
		one_round();
	latch__wait(&finished);

	thread__await_asleep(tids, threads);
	report__begin("pimutex");
	report__text("via", inherit ? "pi" : "mutex");
	report__open_list("chain");
	for (int i = 0; i < depth; i++) {
		report__open_object(NULL);
		report__number("tid", tids[i]);
		report__number("realtimePriority", 10 * (depth - 1 - i));
		if (i < depth - 1) {
			report__address("futexAddress", &locks[i]);
			report_intervals("waits", waits[i]);
		}
		report__close_object();
	}
	report__close_list();
	report__open_list("releasedNs");
	for (long i = 0; i < count; i++)
		report__number(NULL, (int64_t)released_ns[i]);
	report__close_list();
	if (burn_ns) {
		report__number("burnerTid", tids[BURNER]);
		report_intervals("burns", burns);
	}
	report__close();
	workload__rest();
}
