/* SPDX-License-Identifier: MIT */
/* The sampler thread. No allocation after it has started. */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "counters.h"
#include "error.h"

/*
 * A round is followed by a rest of at least so many times its own length: thousands of threads
 * are read less often rather than with more than a tenth of a CPU.
 */
#define REST 9

/* Bounds of the time between two looks at the kernel's rings. */
#define DRAIN_MIN_NS 1000000u
#define DRAIN_MAX_NS 10000000u

/* Rounds between two looks for groups that found no counter. */
#define UNSCHEDULED_ROUNDS 100

void counters_take(struct hftmon_counters *c, struct counter_slot *slot, uint32_t group,
		   uint32_t status)
{
	struct counter_set *set = &slot->sets[group];
	struct counter_reading reading = { 0 };
	int result;

	if (set->unscheduled) {
		if (!status)
			return;
		reading.time_ns = clock_ns(CLOCK_MONOTONIC);
		counters_output_write(c, slot->tid, group, status | HFTMON_COUNTER_UNSCHEDULED,
				      &reading);
		return;
	}
	result = counters_group_read(c, group, set, &reading);
	if (result < 0) {
		c->stats.read_errors++;
		return;
	}
	if (result == 0) {
		/* It stays so: the kernel never retries a pinned group in error state. */
		set->unscheduled = true;
		c->stats.unscheduled++;
		status |= HFTMON_COUNTER_UNSCHEDULED;
	}
	counters_output_write(c, slot->tid, group, status, &reading);
}

void counters_round(struct hftmon_counters *c, bool all)
{
	bool more = true;

	for (uint32_t i = 0; more; i++) {
		struct counter_slot *slot = &c->slots[i];

		/* Per thread, so that whoever follows another one never waits for the round. */
		pthread_mutex_lock(&c->lock);
		for (uint32_t g = 0; i < c->used && slot->tid && g < c->group_count; g++) {
			if (c->options.on_core)
				counters_ring_drain(c, slot, g);
			if (!c->options.on_core || all)
				counters_take(c, slot, g, 0);
		}
		more = i + 1 < c->used;
		pthread_mutex_unlock(&c->lock);
	}
}

/*
 * A group that is captured on its core and never was may belong to a thread that sleeps, or have
 * found no counter, which only a read tells. A sleeping thread is not disturbed by it.
 */
static void find_unscheduled(struct hftmon_counters *c)
{
	struct counter_reading unused;
	bool more = true;

	for (uint32_t i = 0; more; i++) {
		struct counter_slot *slot = &c->slots[i];

		pthread_mutex_lock(&c->lock);
		for (uint32_t g = 0; i < c->used && slot->tid && g < c->group_count; g++) {
			struct counter_set *set = &slot->sets[g];

			if (!set->captured && !set->unscheduled &&
			    counters_group_read(c, g, set, &unused) == 0)
				counters_take(c, slot, g, 0);
		}
		more = i + 1 < c->used;
		pthread_mutex_unlock(&c->lock);
	}
}

/* Between two rounds. */
static uint64_t period_ns(const struct hftmon_counters *c)
{
	/* Bytes of a captured group: header, ids, time and the read format with the clock. */
	uint64_t sample = 24 + 8 * (3 + 2 * (HFTMON_COUNTER_EVENTS + 1));
	uint64_t capacity = COUNTER_RING_PAGES * (uint64_t)sysconf(_SC_PAGESIZE) / sample;
	uint64_t drain = c->options.interval_ns * capacity / 4;

	if (!c->options.on_core)
		return c->options.interval_ns;
	return drain < DRAIN_MIN_NS ? DRAIN_MIN_NS : drain > DRAIN_MAX_NS ? DRAIN_MAX_NS : drain;
}

static void doze_until(struct hftmon_counters *c, uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u) };

	/* Absolute and by CLOCK_MONOTONIC; ends at once when `quit` is set. */
	syscall(SYS_futex, &c->quit, FUTEX_WAIT_BITSET_PRIVATE, 0, &t, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

static void *sampler(void *argument)
{
	struct hftmon_counters *c = argument;
	uint64_t period = period_ns(c);
	uint64_t last = clock_ns(CLOCK_MONOTONIC);
	uint64_t next;

	c->stats.tid = (uint64_t)syscall(SYS_gettid);
	while (!atomic_load_explicit(&c->quit, memory_order_acquire)) {
		uint64_t begin = clock_ns(CLOCK_MONOTONIC), end;

		counters_round(c, false);
		if (c->options.on_core && c->stats.rounds % UNSCHEDULED_ROUNDS == 0)
			find_unscheduled(c);
		end = clock_ns(CLOCK_MONOTONIC);
		c->stats.rounds++;
		c->stats.busy_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		next = last + period;
		if (next < end + REST * (end - begin))
			next = end + REST * (end - begin);
		c->stats.interval_ns = next - last;
		last = next;
		doze_until(c, next);
	}
	return NULL;
}

static int set_affinity(pthread_attr_t *attr, const struct hftmon_counters *c)
{
	cpu_set_t set;

	if (!c->options.affinity_count)
		return 0;
	CPU_ZERO(&set);
	for (uint32_t i = 0; i < c->options.affinity_count; i++) {
		if (c->affinity[i] >= CPU_SETSIZE)
			return -EINVAL;
		CPU_SET(c->affinity[i], &set);
	}
	return -pthread_attr_setaffinity_np(attr, sizeof(set), &set);
}

int counters_thread_start(struct hftmon_counters *c)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int err;

	pthread_attr_init(&attr);
	err = set_affinity(&attr, c);
	if (!err) {
		/* Signals are for the host's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		atomic_store(&c->quit, 0);
		err = -pthread_create(&c->thread, &attr, sampler, c);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	if (err)
		return fail(err, "starting the counter sampler thread");
	pthread_setname_np(c->thread, "hftmon-counters");
	c->running = true;
	return 0;
}

void counters_thread_stop(struct hftmon_counters *c)
{
	if (!c->running)
		return;
	atomic_store_explicit(&c->quit, 1, memory_order_release);
	syscall(SYS_futex, &c->quit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	pthread_join(c->thread, NULL);
	c->running = false;
}
