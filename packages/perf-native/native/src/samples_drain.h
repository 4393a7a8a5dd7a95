/* SPDX-License-Identifier: MIT */
/* From the perf rings of threads to the slots that JavaScript reads. */
#ifndef HFTMON_SAMPLES_DRAIN_H
#define HFTMON_SAMPLES_DRAIN_H

#include <stdbool.h>

#include "samples_thread.h"

/* The shared memory and who writes it: one thread at a time. */
struct sample_slots {
	uint8_t *memory;
	size_t bytes;
	uint32_t mask;
	uint32_t head;
	uint64_t epoch_ns;
	struct hftmon_sample_stats *stats; /* in the memory */
	const struct hftmon_sample_event *events;
};

int sample_slots__open(struct sample_slots *slots, uint32_t count, uint64_t epoch_ns,
		       const struct hftmon_sample_event *events);
void sample_slots__close(struct sample_slots *slots);

/* Adds to a field of the statistics, which JavaScript may be reading. */
void sample_slots__count(uint64_t *field, uint64_t n);

/* The next free slot, or NULL when JavaScript has read none of them, which counts as an overrun. */
struct hftmon_sample *sample_slots__free(struct sample_slots *slots);
/* Makes it readable. */
void sample_slots__publish(struct sample_slots *slots);
/* Counts what a record tells that is no sample. */
void sample_slots__take_other(struct sample_slots *slots, struct sampled_thread *thread,
			      const struct perf_event_header *header);

/* Moves what the thread's ring, and the buffers of its SPE events, hold. */
void sample_slots__drain(struct sample_slots *slots, struct sampled_thread *thread);
/* The same for the last time: ends the events first and asks the kernel what else was lost. */
void sample_slots__drain_last(struct sample_slots *slots, struct sampled_thread *thread);

#endif
