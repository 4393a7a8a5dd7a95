/* SPDX-License-Identifier: MIT */
/*
 * The memory that Arm's SPE fills for one event: the AUX area, and the perf ring whose records tell
 * what came into it. SPE needs both per event, and each event has one of its own.
 */
#ifndef HFTMON_SPE_BUFFER_H
#define HFTMON_SPE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "samples_ring.h"

struct spe_buffer {
	struct perf_ring ring;
	const uint8_t *data;
	uint64_t bytes; /* of the data, a power of two */
	uint64_t tail;	/* what the kernel may overwrite ends here */
};

/* PERF_RECORD_AUX of an event with sample_id_all: bytes that came from one CPU without a pause. */
struct aux_record {
	struct perf_event_header header;
	uint64_t offset; /* free-running */
	uint64_t size;
	uint64_t flags; /* PERF_AUX_FLAG_* */
	uint32_t pid;
	uint32_t tid;
	uint64_t time;
	uint32_t cpu;
	uint32_t reserved;
	uint64_t id;
};

/* Bytes of the AUX area of an event: HFTMON_SAMPLES_AUX_BYTES, but two pages at least. */
uint64_t spe_buffer__aux_bytes(void);
/* Maps the ring, of that many pages, and the AUX area. On failure nothing stays mapped. */
int spe_buffer__map(struct spe_buffer *buffer, int fd, uint32_t ring_pages);
void spe_buffer__unmap(struct spe_buffer *buffer);

/* How far the kernel has filled the area; the records of all before are in the ring already. */
uint64_t spe_buffer__head(const struct spe_buffer *buffer);
/* Is that a part of what has not been given back yet? */
bool spe_buffer__holds(const struct spe_buffer *buffer, const struct aux_record *chunk);
/* The kernel may overwrite all before this. */
void spe_buffer__give_back(struct spe_buffer *buffer, uint64_t tail);

#endif
