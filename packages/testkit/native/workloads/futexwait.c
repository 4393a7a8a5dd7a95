/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A holder keeps a pthread mutex while a waiter, the target, wants it: an exact number of lock
 * waits of known length, holder and futex address. The waiter is let loose while the lock is
 * held, and the time of the hold begins when the waiter has said in the lock word that it waits,
 * so every round waits, however busy the machine is.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

struct wait {
	struct interval time; /* measured by the waiter around the lock call */
	uint64_t released_ns; /* measured by the holder before it lets go */
};

static struct latch ready = { 2 }, gate = { 1 }, finished = { 2 };
static pthread_mutex_t mutex;
static pid_t holder_tid, waiter_tid;
static int holder_cpu, waiter_cpu, busy, inherit;
static int held, taken; /* eventfds: "the lock is held", "the waiter is through" */
static long count;
static uint64_t hold_ns;
static struct wait *waits;
static struct usage usage;

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

/* glibc's lock word: 2 when contended, or the FUTEX_WAITERS bit with priority inheritance. */
static int has_waiter(void)
{
	uint32_t word = __atomic_load_n((uint32_t *)&mutex, __ATOMIC_RELAXED);

	return inherit ? (word & FUTEX_WAITERS) != 0 : word == 2;
}

static void *hold(void *unused)
{
	(void)unused;
	holder_tid = thread__tid();
	thread__pin(holder_cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	for (long i = 0; i < count; i++) {
		uint64_t until;

		pthread_mutex_lock(&mutex);
		post(held);
		while (!has_waiter())
			clock__sleep_ns(20 * NS_PER_US);
		until = clock__now_ns() + hold_ns;
		if (busy)
			clock__spin_until(until);
		else
			clock__sleep_until(until);
		waits[i].released_ns = clock__now_ns();
		pthread_mutex_unlock(&mutex);
		await(taken);
	}
	latch__arrive(&finished);
	thread__park();
}

static void *take(void *unused)
{
	struct usage before;

	(void)unused;
	waiter_tid = thread__tid();
	thread__pin(waiter_cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	before = usage__of_thread();
	for (long i = 0; i < count; i++) {
		await(held);
		waits[i].time.start_ns = clock__now_ns();
		pthread_mutex_lock(&mutex);
		waits[i].time.end_ns = clock__now_ns();
		pthread_mutex_unlock(&mutex);
		post(taken);
	}
	usage = usage__since(usage__of_thread(), before);
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options =
		options__parse(argc, argv, "count hold-us hold via cpu holder-cpu");
	pthread_mutexattr_t attributes;
	pthread_t threads[2];
	pid_t tids[2];

	workload__begin(&options);
	count = options__number(&options, "count", 11, 1, 100000);
	hold_ns = (uint64_t)options__number(&options, "hold-us", 2000, 50, 50000) * NS_PER_US;
	busy = !strcmp(options__word(&options, "hold", "sleep", "sleep|busy"), "busy");
	inherit = !strcmp(options__word(&options, "via", "mutex", "mutex|pi"), "pi");
	waiter_cpu = options__cpu(&options, "cpu", -1);
	holder_cpu = options__cpu(&options, "holder-cpu", -1);
	waits = memory__populated((size_t)count * sizeof(*waits));
	held = eventfd(0, EFD_CLOEXEC);
	taken = eventfd(0, EFD_CLOEXEC);
	pthread_mutexattr_init(&attributes);
	if (inherit)
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&mutex, &attributes);

	thread__start(&threads[0], hold, NULL);
	thread__start(&threads[1], take, NULL);
	latch__wait(&ready);
	tids[0] = waiter_tid;
	tids[1] = holder_tid;
	workload__ready(tids, 2);

	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("futexwait");
	report__number("tid", waiter_tid);
	report__number("holderTid", holder_tid);
	report__address("futexAddress", &mutex);
	report__text("via", inherit ? "pi" : "mutex");
	usage__report("usage", usage);
	report__open_list("waits");
	for (long i = 0; i < count; i++) {
		report__open_object(NULL);
		report__number("startNs", (int64_t)waits[i].time.start_ns);
		report__number("releasedNs", (int64_t)waits[i].released_ns);
		report__number("endNs", (int64_t)waits[i].time.end_ns);
		report__close_object();
	}
	report__close_list();
	report__close();
	workload__rest();
}
