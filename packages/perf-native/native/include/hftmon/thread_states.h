/* SPDX-License-Identifier: MIT */
/*
 * Samples the state of threads that a session follows: a thread of ours reads the table that the
 * probes keep, so that nothing happens to those threads whatever the rate.
 */
#ifndef HFTMON_THREAD_STATES_H
#define HFTMON_THREAD_STATES_H

#include "hftmon/poller.h"

#define HFTMON_SAMPLED_THREADS 64

typedef struct hftmon_thread_sampler hftmon_thread_sampler;

/* Each moment of a thread is one of these. */
enum hftmon_sampled_state {
	HFTMON_SAMPLED_UNKNOWN = 0, /* no event since it was followed: as it was then */
	HFTMON_SAMPLED_RUNNING = 1, /* on a CPU, nothing of what follows */
	HFTMON_SAMPLED_INTERRUPTED = 2, /* on a CPU, under interrupt code; needs those probes */
	HFTMON_SAMPLED_FAULTING = 3,	/* on a CPU, in a page fault; needs that probe */
	HFTMON_SAMPLED_WAITING = 4,	/* runnable, off the CPU */
	HFTMON_SAMPLED_BLOCKED = 5,
	HFTMON_SAMPLED_EXITED = 6, /* or no longer followed */
	HFTMON_SAMPLED_STATES = 7,
};

struct hftmon_thread_sampler_options {
	size_t sz; /* sizeof(struct hftmon_thread_sampler_options), for later additions */
	struct hftmon_poller_options poller;
	const uint32_t *tids;
	uint32_t count; /* up to HFTMON_SAMPLED_THREADS */
	uint32_t reserved;
};

/* What was seen of one thread. */
struct hftmon_sampled_thread {
	uint32_t tid;
	uint32_t state; /* at the last sample */
	uint64_t samples[HFTMON_SAMPLED_STATES];
	/*
	 * ns from the first sample in a state to the first one out of it. What was on at the first
	 * or at the last sample is left out.
	 */
	struct hftmon_histogram spells[HFTMON_SAMPLED_STATES];
};

enum hftmon_thread_sampler_memory {
	HFTMON_THREAD_SAMPLER_STATS = 0,   /* struct hftmon_poller_stats */
	HFTMON_THREAD_SAMPLER_THREADS = 1, /* struct hftmon_sampled_thread[count] */
};

/*
 * Maps the tables of the session for itself: they stay readable, but stand still, when that is
 * stopped. -ESRCH: the session follows no thread of that number.
 */
HFTMON_API int hftmon_thread_sampler__open(hftmon_session *session,
					   const struct hftmon_thread_sampler_options *options,
					   hftmon_thread_sampler **out);
/* Starts the sampler and the thread that watches it. -EPERM: no right to the priority. */
HFTMON_API int hftmon_thread_sampler__start(hftmon_thread_sampler *t);
/* Ends it at once and joins both threads; what it wrote stays readable. Idempotent. */
HFTMON_API int hftmon_thread_sampler__stop(hftmon_thread_sampler *t);
/* Stops it and unmaps the memory. NULL is fine. */
HFTMON_API void hftmon_thread_sampler__close(hftmon_thread_sampler *t);
HFTMON_API int hftmon_thread_sampler__memory(hftmon_thread_sampler *t, uint32_t which,
					     uint64_t *address, uint64_t *bytes);

#endif
