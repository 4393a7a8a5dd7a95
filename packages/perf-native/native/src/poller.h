/* SPDX-License-Identifier: MIT */
/* A bounded busy thread on one CPU, and the one that watches it; see hftmon/poller.h. */
#ifndef HFTMON_SRC_POLLER_H
#define HFTMON_SRC_POLLER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "atomics.h"
#include "hftmon/poller.h"
#include "ticks.h"

struct poller {
	struct hftmon_poller_options options;
	struct hftmon_poller_stats *stats;
	/* One look after the other until poller_goes_on() says no; no allocation in it. */
	void (*poll)(void *context);
	void *context;

	struct tick_clock clock;
	struct tick_pair begin;
	uint64_t deadline; /* ticks */
	uint64_t rest_at;  /* ticks, UINT64_MAX: never */
	pthread_t thread;
	pthread_t watcher;
	bool running;
	_Atomic uint32_t quit;	   /* enum hftmon_poller_end; a futex */
	_Atomic uint32_t finished; /* a futex, too */
	_Atomic int32_t tid;
};

int poller_check(const struct hftmon_poller_options *options);
/* Starts both threads, or neither. `name` has up to 15 characters. */
int poller_start(struct poller *p, const char *name);
/* Ends and joins them. Idempotent. */
void poller_stop(struct poller *p);

/* May the loop look once more? To be asked with each reading of the clock. */
static inline bool poller_goes_on(struct poller *p, uint64_t now)
{
	if (atomic_load_explicit(&p->quit, memory_order_relaxed))
		return false;
	if (now < p->deadline)
		return true;
	atomic_store_explicit(&p->quit, HFTMON_POLLER_DONE, memory_order_relaxed);
	return false;
}

/* Notes how far it has come; also to be called in the end. */
static inline void poller_note(struct poller *p, uint64_t now)
{
	p->stats->now_ns = p->begin.ns + ticks_to_ns(&p->clock, now - p->begin.ticks);
}

/* Is it time for poller_rest()? */
static inline bool poller_is_tired(const struct poller *p, uint64_t now)
{
	return now >= p->rest_at;
}

/* Leaves the CPU for a moment. */
void poller_rest(struct poller *p);

#endif
