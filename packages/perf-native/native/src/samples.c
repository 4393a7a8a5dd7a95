/* SPDX-License-Identifier: MIT */
#include "hftmon/samples.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "atomics.h"
#include "clock.h"
#include "error.h"
#include "owned.h"
#include "samples_drain.h"

struct hftmon_samples {
	struct owned owned;
	struct hftmon_sample_event events[HFTMON_SAMPLES_MOST_EVENTS];
	uint32_t event_count;
	uint32_t ring_pages;
	uint64_t poll_ns;
	struct sample_slots slots;
	pthread_t thread;
	bool running;
	_Atomic uint32_t quit;
	pthread_mutex_t lock; /* of what follows, and of writing to the slots */
	struct sampled_thread **threads;
	uint32_t thread_count, thread_room;
	uint32_t next_checked; /* thread to be asked next whether it has ended */
};

/* Takes the last samples of a thread and closes its events. */
static void end_thread(struct hftmon_samples *s, uint32_t i)
{
	sample_slots__drain_last(&s->slots, s->threads[i]);
	sampled_thread__close(s->threads[i]);
	free(s->threads[i]);
	s->threads[i] = s->threads[--s->thread_count];
	store_relaxed_u64(&s->slots.stats->threads, s->thread_count);
}

/*
 * Asks the kernel about some threads at each turn, in one call. The records that tell of an end in
 * the ring come with those of every thread that a sampled one starts, which crowd its samples out
 * and are counted among the lost.
 */
#define CHECKED 64

static void end_those_over(struct hftmon_samples *s)
{
	uint32_t first = s->next_checked < s->thread_count ? s->next_checked : 0;
	uint32_t left = s->thread_count - first, count = left < CHECKED ? left : CHECKED;
	struct pollfd events[CHECKED];

	for (uint32_t i = 0; i < count; i++)
		events[i] = (struct pollfd){ .fd = s->threads[first + i]->events[0].fd };
	s->next_checked = first + count;
	if (poll(events, count, 0) <= 0)
		return;
	/* From the last on: it takes the place of one that goes. */
	for (uint32_t i = count; i-- > 0;) {
		if (!(events[i].revents & POLLHUP))
			continue;
		end_thread(s, first + i);
		sample_slots__count(&s->slots.stats->ended, 1);
	}
}

static void drain(struct hftmon_samples *s)
{
	for (uint32_t i = 0; i < s->thread_count; i++) {
		sample_slots__drain(&s->slots, s->threads[i]);
		sampled_thread__resume(s->threads[i]);
	}
	end_those_over(s);
}

static void doze(struct hftmon_samples *s)
{
	struct timespec t = { .tv_sec = (time_t)(s->poll_ns / 1000000000u),
			      .tv_nsec = (long)(s->poll_ns % 1000000000u) };

	syscall(SYS_futex, &s->quit, FUTEX_WAIT_PRIVATE, 0, &t, NULL, 0);
}

static void *drain_main(void *argument)
{
	struct hftmon_samples *s = argument;
	struct hftmon_sample_stats *stats = s->slots.stats;

	store_relaxed_u64(&stats->tid, (uint64_t)syscall(SYS_gettid));
	while (!atomic_load_explicit(&s->quit, memory_order_acquire)) {
		pthread_mutex_lock(&s->lock);
		drain(s);
		pthread_mutex_unlock(&s->lock);
		sample_slots__count(&stats->wakes, 1);
		store_relaxed_u64(&stats->busy_ns, clock_ns(CLOCK_THREAD_CPUTIME_ID));
		doze(s);
	}
	return NULL;
}

static int set_affinity(pthread_attr_t *attr, const uint32_t *cpus, uint32_t count)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (uint32_t i = 0; i < count; i++) {
		if (cpus[i] >= CPU_SETSIZE)
			return -EINVAL;
		CPU_SET(cpus[i], &set);
	}
	return count ? -pthread_attr_setaffinity_np(attr, sizeof(set), &set) : 0;
}

static int start(struct hftmon_samples *s, const struct hftmon_samples_options *options)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int err;

	pthread_attr_init(&attr);
	err = set_affinity(&attr, options->affinity, options->affinity_count);
	if (!err) {
		/* Signals are for the host's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		err = -pthread_create(&s->thread, &attr, drain_main, s);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
	if (err)
		return fail(err, "starting the sampling thread");
	pthread_setname_np(s->thread, "hftmon-samples");
	s->running = true;
	return 0;
}

static bool is_power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static int check(const struct hftmon_samples_options *o)
{
	if (o->sz != sizeof(*o))
		return fail(-EINVAL, "options of %zu bytes, expected %zu", o->sz, sizeof(*o));
	if (!is_power_of_two(o->slots) || !is_power_of_two(o->ring_pages))
		return fail(-EINVAL, "%u slots and %u ring pages must be powers of two", o->slots,
			    o->ring_pages);
	if (!o->event_count || o->event_count > HFTMON_SAMPLES_MOST_EVENTS || !o->poll_ns)
		return fail(-EINVAL, "%u events, looked at every %llu ns", o->event_count,
			    (unsigned long long)o->poll_ns);
	return 0;
}

static void close_owned(struct owned *owned)
{
	hftmon_samples__close((hftmon_samples *)owned);
}

int hftmon_samples__open(const struct hftmon_samples_options *options, hftmon_samples **out)
{
	struct hftmon_samples *s;
	int err = check(options);

	*out = NULL;
	if (err)
		return err;
	s = calloc(1, sizeof(*s));
	if (!s)
		return fail(-ENOMEM, "sampler");
	memcpy(s->events, options->events, options->event_count * sizeof(*s->events));
	s->event_count = options->event_count;
	s->ring_pages = options->ring_pages;
	s->poll_ns = options->poll_ns;
	pthread_mutex_init(&s->lock, NULL);
	owned__remember(&s->owned, close_owned);
	err = sample_slots__open(&s->slots, options->slots, options->epoch_ns, s->events);
	if (!err)
		err = start(s, options);
	if (err) {
		hftmon_samples__close(s);
		return err;
	}
	*out = s;
	return 0;
}

int hftmon_samples__memory(hftmon_samples *s, uint64_t *address, uint64_t *bytes)
{
	*address = (uintptr_t)s->slots.memory;
	*bytes = s->slots.bytes;
	return 0;
}

/* Only the owner changes the list, but for threads that end: it needs the lock to look, too. */
static int64_t find(struct hftmon_samples *s, uint32_t tid)
{
	for (uint32_t i = 0; i < s->thread_count; i++)
		if (s->threads[i]->tid == tid)
			return i;
	return -1;
}

static int make_room(struct hftmon_samples *s)
{
	uint32_t room = s->thread_room ? 2 * s->thread_room : 16;
	struct sampled_thread **threads;

	if (s->thread_count < s->thread_room)
		return 0;
	threads = realloc(s->threads, room * sizeof(struct sampled_thread *));
	if (!threads)
		return fail(-ENOMEM, "the list of sampled threads");
	s->threads = threads;
	s->thread_room = room;
	return 0;
}

/* Is there room for the AUX areas of one more thread? */
static int check_aux(struct hftmon_samples *s)
{
	uint64_t bytes = 0;
	uint32_t threads;

	for (uint32_t i = 0; i < s->event_count; i++)
		if (s->events[i].flags & HFTMON_EVENT_SPE)
			bytes += spe_buffer__aux_bytes();
	pthread_mutex_lock(&s->lock);
	threads = s->thread_count;
	pthread_mutex_unlock(&s->lock);
	if (bytes * (threads + 1) > HFTMON_SAMPLES_MOST_AUX_BYTES)
		return fail(-ENOMEM, "buffers of SPE for more than %u threads", threads);
	return 0;
}

static int add(struct hftmon_samples *s, struct sampled_thread *t)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = make_room(s);
	if (!err) {
		s->threads[s->thread_count++] = t;
		store_relaxed_u64(&s->slots.stats->threads, s->thread_count);
	}
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Is a thread of that id followed? One that has ended makes room for another with its id. */
static bool is_followed(struct hftmon_samples *s, uint32_t tid)
{
	int64_t i;

	pthread_mutex_lock(&s->lock);
	i = find(s, tid);
	if (i >= 0 && sampled_thread__is_over(s->threads[i])) {
		end_thread(s, (uint32_t)i);
		sample_slots__count(&s->slots.stats->ended, 1);
		i = -1;
	}
	pthread_mutex_unlock(&s->lock);
	return i >= 0;
}

int hftmon_samples__follow(hftmon_samples *s, uint32_t tid)
{
	struct sampled_thread *t;
	int err;

	if (!s->running)
		return fail(-ESHUTDOWN, "sampling thread %u", tid);
	if (is_followed(s, tid))
		return 1;
	err = check_aux(s);
	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		return fail(-ENOMEM, "sampled thread");
	t->tid = tid;
	err = sampled_thread__open(t, s->events, s->event_count, s->ring_pages);
	if (!err) {
		err = add(s, t);
		if (err)
			sampled_thread__close(t);
	}
	if (err)
		free(t);
	return err;
}

int hftmon_samples__unfollow(hftmon_samples *s, uint32_t tid)
{
	int64_t i;

	pthread_mutex_lock(&s->lock);
	i = find(s, tid);
	if (i >= 0) {
		end_thread(s, (uint32_t)i);
	}
	pthread_mutex_unlock(&s->lock);
	return i < 0;
}

int hftmon_samples__flush(hftmon_samples *s)
{
	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 0; i < s->thread_count; i++)
		sampled_thread__hand_over(s->threads[i]);
	drain(s);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

int hftmon_samples__stop(hftmon_samples *s)
{
	if (!s->running)
		return 0;
	atomic_store_explicit(&s->quit, 1, memory_order_release);
	syscall(SYS_futex, &s->quit, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	pthread_join(s->thread, NULL);
	s->running = false;
	while (s->thread_count)
		end_thread(s, s->thread_count - 1);
	return 0;
}

void hftmon_samples__close(hftmon_samples *s)
{
	if (!s)
		return;
	owned__forget(&s->owned);
	hftmon_samples__stop(s);
	sample_slots__close(&s->slots);
	pthread_mutex_destroy(&s->lock);
	free(s->threads);
	free(s);
}

int hftmon_samples__try(const struct hftmon_sample_event *event)
{
	struct sampled_thread t = { .tid = (uint32_t)syscall(SYS_gettid) };
	int err = sampled_thread__open(&t, event, 1, 1);

	if (!err)
		sampled_thread__close(&t);
	return err;
}
