/* SPDX-License-Identifier: MIT */
/*
 * The pump moves records from the kernel's per-CPU rings into the history ring, ordered by
 * their ends, and turns their times into doubles. A thread of its own, so that nothing that
 * JavaScript does can delay it; no allocation after it has started.
 */
#ifndef HFTMON_PUMP_H
#define HFTMON_PUMP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "hftmon/hftmon.h"
#include "hftmon/shared.h"
#include "ring.h"

/* Another maker of records, whose records come after those of the kernel that it refers to. */
struct pump_source {
	void *self;
	/* Before the kernel's rings are drained: what it has by now is what take() shall bring. */
	void (*look)(void *self);
	/* Up to `most` records, 0 when there are no more of them. */
	uint32_t (*take)(void *self, struct hftmon_record *out, uint32_t most);
	/* Should it be looked at sooner? */
	bool (*crowded)(const void *self);
};

struct pump {
	struct hftmon_cpu *cpus;
	const struct hftmon_record *kernel; /* the per-CPU rings, one after the other */
	uint32_t cpu_count;
	uint32_t kernel_mask;
	struct ring *history;
	struct ring *input;
	struct pump_source source; /* `self` is NULL when there is none */
	uint64_t epoch_ns;
	uint64_t poll_ns;
	bool busy;
	struct hftmon_pump_stats *stats;
	double last_end;

	pthread_t thread;
	bool running;
	_Atomic uint32_t quit; /* a futex */
	atomic_uint passes; /* busy mode: drains so far */
	atomic_uint pulls;
	/* Held while draining: by the pump, or by whoever wants a flush. */
	pthread_mutex_t draining;
};

struct pump_thread_options {
	const uint32_t *affinity;
	uint32_t affinity_count;
	uint32_t realtime_priority;
};

int pump_start(struct pump *p, const struct pump_thread_options *options);
/* Joins the thread. Idempotent. */
void pump_stop(struct pump *p);
/* Moves all that the kernel has published; returns how many records. */
uint64_t pump_drain(struct pump *p);
/* The same, unless somebody is at it already: what they leave, the next call moves. */
uint64_t pump_pull(struct pump *p);
/* Returns when all that was published before the call has been moved, by the pump or by us. */
void pump_flush(struct pump *p);

#endif
