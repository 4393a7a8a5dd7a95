/* SPDX-License-Identifier: MIT */
#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "error.h"

/* How long after its time a poller may end by itself. */
#define GRACE_NS 500000000u

#define PAIR_ATTEMPTS 16

int poller_check(const struct hftmon_poller_options *o)
{
	if (o->cpu >= CPU_SETSIZE)
		return fail(-EINVAL, "there is no CPU %u", o->cpu);
	if (!o->duration_ns || o->duration_ns > HFTMON_POLLER_MOST_NS)
		return fail(-EINVAL, "a duration from 1 ns to an hour is needed");
	if (o->realtime_priority > 99)
		return fail(-EINVAL, "priority %u is above 99", o->realtime_priority);
	if (o->realtime_priority && (!o->work_ns || !o->rest_ns))
		return fail(-EINVAL, "a real-time priority without rests");
	return 0;
}

/* Sleeps until the word is no longer `value`, or that time of CLOCK_MONOTONIC. */
static void wait_until(_Atomic uint32_t *word, uint32_t value, uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u) };

	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, &t, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

static void wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* The first to end it says why. */
static void end(struct poller *p, uint32_t why)
{
	uint32_t running = HFTMON_POLLER_RUNNING;

	atomic_compare_exchange_strong(&p->quit, &running, why);
	wake(&p->quit);
}

static void work_from(struct poller *p, uint64_t now)
{
	p->rest_at = p->options.realtime_priority
			     ? now + ns_to_ticks(&p->clock, p->options.work_ns)
			     : UINT64_MAX;
}

void poller_rest(struct poller *p)
{
	uint64_t before = clock_ns(CLOCK_MONOTONIC), until = before + p->options.rest_ns;

	do {
		wait_until(&p->quit, HFTMON_POLLER_RUNNING, until);
	} while (!atomic_load(&p->quit) && clock_ns(CLOCK_MONOTONIC) < until);
	p->stats->rested_ns += clock_ns(CLOCK_MONOTONIC) - before;
	work_from(p, ticks_now(&p->clock));
}

static void *poller_main(void *argument)
{
	struct poller *p = argument;
	struct hftmon_poller_stats *stats = p->stats;
	struct tick_pair last;

	atomic_store(&p->tid, (int32_t)syscall(SYS_gettid));
	ticks_calibrate(&p->clock, p->options.counter);
	p->begin = ticks_pair(&p->clock, PAIR_ATTEMPTS);
	p->deadline = p->begin.ticks + ns_to_ticks(&p->clock, p->options.duration_ns);
	work_from(p, p->begin.ticks);
	stats->begin_ns = stats->now_ns = p->begin.ns;
	if (p->options.counter)
		stats->hertz = (uint64_t)((double)(1ull << 32) * 1e9 / (double)p->clock.scale);
	store_release_u64(&stats->tid, (uint64_t)atomic_load(&p->tid));
	p->poll(p->context);
	last = ticks_pair(&p->clock, PAIR_ATTEMPTS);
	if (p->options.counter && last.ns > p->begin.ns)
		stats->hertz = (uint64_t)ticks_hertz(&p->begin, &last);
	store_release_u64(&stats->end, atomic_load(&p->quit));
	atomic_store(&p->finished, 1);
	wake(&p->finished);
	return NULL;
}

/*
 * Ends a poller whose clock fails it, and takes its priority first, so that whatever it does it
 * starves nobody.
 */
static void *watcher_main(void *argument)
{
	struct poller *p = argument;
	uint64_t deadline = clock_ns(CLOCK_MONOTONIC) + p->options.duration_ns + GRACE_NS;
	struct sched_param none = { 0 };

	while (!atomic_load(&p->finished)) {
		wait_until(&p->finished, 0, deadline);
		if (atomic_load(&p->finished) || clock_ns(CLOCK_MONOTONIC) < deadline)
			continue;
		if (atomic_load(&p->tid))
			sched_setscheduler(atomic_load(&p->tid), SCHED_OTHER, &none);
		end(p, HFTMON_POLLER_OVERDUE);
		deadline += GRACE_NS;
	}
	return NULL;
}

struct place {
	const cpu_set_t *cpus;
	uint32_t realtime_priority;
};

static int start_thread(pthread_t *thread, const struct place *place, void *(*main)(void *),
			struct poller *p)
{
	struct sched_param param = { .sched_priority = (int)place->realtime_priority };
	sigset_t all, before;
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	err = pthread_attr_setaffinity_np(&attr, sizeof(*place->cpus), place->cpus);
	/* Not that of the thread that calls, which may be anything. */
	if (!err)
		err = pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	if (!err)
		err = pthread_attr_setschedpolicy(
			&attr, place->realtime_priority ? SCHED_FIFO : SCHED_OTHER);
	if (!err)
		err = pthread_attr_setschedparam(&attr, &param);
	if (!err) {
		/* Signals are for the host's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		err = pthread_create(thread, &attr, main, p);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	return -err;
}

/* The CPUs of this process but one; all if that is the only one. */
static int other_cpus(const struct hftmon_poller_options *o, cpu_set_t *others)
{
	if (sched_getaffinity(0, sizeof(*others), others))
		return fail(-errno, "CPUs of this process");
	if (CPU_COUNT(others) > 1) {
		CPU_CLR(o->cpu, others);
		return 0;
	}
	if (!CPU_ISSET(o->cpu, others) || !o->realtime_priority)
		return 0;
	return fail(-EBUSY, "no CPU is left to watch a real-time thread on CPU %u from", o->cpu);
}

int poller_start(struct poller *p, const char *name)
{
	/* Above it, should both come to be on one CPU. */
	uint32_t priority = p->options.realtime_priority;
	uint32_t above = priority && priority < 99 ? priority + 1 : priority;
	char watcher[16];
	cpu_set_t cpu, others;
	int err = other_cpus(&p->options, &others);

	if (err)
		return err;
	CPU_ZERO(&cpu);
	CPU_SET(p->options.cpu, &cpu);
	/* First, so that there is no moment in which nobody watches. */
	err = start_thread(&p->watcher, &(struct place){ &others, above }, watcher_main, p);
	if (err)
		return fail(err, "starting the thread that watches %s", name);
	err = start_thread(&p->thread, &(struct place){ &cpu, priority }, poller_main, p);
	if (err) {
		atomic_store(&p->finished, 1);
		wake(&p->finished);
		pthread_join(p->watcher, NULL);
		return fail(err, "starting %s on CPU %u", name, p->options.cpu);
	}
	snprintf(watcher, sizeof(watcher), "%.13s-w", name);
	pthread_setname_np(p->thread, name);
	pthread_setname_np(p->watcher, watcher);
	p->running = true;
	return 0;
}

void poller_stop(struct poller *p)
{
	if (!p->running)
		return;
	end(p, HFTMON_POLLER_STOPPED);
	pthread_join(p->thread, NULL);
	pthread_join(p->watcher, NULL);
	p->running = false;
}
