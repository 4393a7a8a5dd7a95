/* SPDX-License-Identifier: MIT */
/* Reader of the ring that the kernel fills for a perf event. */
#ifndef HFTMON_SAMPLES_RING_H
#define HFTMON_SAMPLES_RING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERF_RECORD_MOST 1024 /* longer than any record of the events opened here */

struct perf_ring {
	struct perf_event_mmap_page *page;
	const uint8_t *data;
	uint64_t bytes; /* of the data, a power of two */
	uint64_t tail;	/* of the record that was handed out last */
	uint64_t next;	/* after it */
	uint64_t skipped; /* records longer than PERF_RECORD_MOST */
	_Alignas(8) uint8_t whole[PERF_RECORD_MOST]; /* a record that wraps around */
};

/* Opens an event on a thread: its descriptor, or -errno. Never a thread id of 0, which is "me". */
int perf_event__open(const struct perf_event_attr *attr, uint32_t tid, int group_fd);

/* Maps the ring of an event; `pages` is a power of two. -EPERM: no more locked memory. */
int perf_ring__map(struct perf_ring *ring, int fd, uint32_t pages);
void perf_ring__unmap(struct perf_ring *ring);

/* The next record, or NULL. Valid until the call after. */
const struct perf_event_header *perf_ring__next(struct perf_ring *ring);

#endif
