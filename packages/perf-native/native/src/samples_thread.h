/* SPDX-License-Identifier: MIT */
/* The events of one sampled thread, their common ring, and what a record of it means. */
#ifndef HFTMON_SAMPLES_THREAD_H
#define HFTMON_SAMPLES_THREAD_H

#include <stdbool.h>

#include "hftmon/samples.h"
#include "samples_ring.h"
#include "spe_buffer.h"

/* All general registers, without the segments of x86, which need a 32-bit task to matter. */
#if defined(__aarch64__)
#define SAMPLE_REGISTER_MASK ((1ull << HFTMON_SAMPLE_REGISTERS) - 1)
#else
#define SAMPLE_REGISTER_MASK 0xff0fffull
#endif

struct sampled_event {
	int fd;
	int leader_fd;	/* of an event that needs one, else -1 */
	uint64_t id;	/* first word of its samples */
	struct spe_buffer *spe; /* of an event of SPE, else NULL */
};

struct sampled_thread {
	uint32_t tid;
	uint32_t event_count;
	struct sampled_event events[HFTMON_SAMPLES_MOST_EVENTS];
	struct perf_ring ring; /* of the events without a buffer of their own, if there are any */
	uint64_t lost; /* as told in the ring */
};

/* Opens the events, which begin at once. On failure nothing stays open. */
int sampled_thread__open(struct sampled_thread *t, const struct hftmon_sample_event *events,
			 uint32_t count, uint32_t ring_pages);
/* Is the thread gone? Also known when the ring had no room to say so. */
bool sampled_thread__is_over(const struct sampled_thread *t);
/*
 * Makes the CPU hand over what it still holds for events of SPE: else a thread that never waits
 * shows it only when a page is full. Interrupts the thread.
 */
void sampled_thread__hand_over(struct sampled_thread *t);
/* Sets events of SPE going again: the kernel stops one whose buffer is full. To be called after
 * each drain; whoever goes on, goes on. */
void sampled_thread__resume(struct sampled_thread *t);
/* Ends the events; the ring can be read still. */
void sampled_thread__disable(struct sampled_thread *t);
/* Samples that were lost and not told of in the ring; call when disabled and read to the end. */
uint64_t sampled_thread__untold(struct sampled_thread *t);
/* Records that were too long to be one. */
uint64_t sampled_thread__skipped(const struct sampled_thread *t);
void sampled_thread__close(struct sampled_thread *t);

/* Index of the event with that id, or -1. */
int sampled_thread__event(const struct sampled_thread *t, uint64_t id);

/* The attributes of an event, as they are opened. */
struct perf_event_attr sample_attr(const struct hftmon_sample_event *event);

#endif
