/* SPDX-License-Identifier: MIT */
/* Rings of records in shared memory; layout in hftmon/ring_layout.h. */
#ifndef HFTMON_RING_H
#define HFTMON_RING_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/record.h"
#include "hftmon/ring_layout.h"

struct ring {
	unsigned char *memory;
	size_t bytes;
	struct hftmon_record *records;
	uint32_t mask;
	uint32_t head; /* the writer's own copy (broadcast) */
	uint32_t tail; /* the reader's own copy (spsc) */
};

/* Maps a memfd of its own, so that another process can be given it; 0 or -errno. */
int ring_open(struct ring *r, const char *name, uint32_t capacity, uint64_t epoch_ns);
void ring_close(struct ring *r);

/*
 * Broadcast, one writer. claim() says that the next `n` records are about to be overwritten, so
 * that a reader who copied what stood there knows; slot() is one of them; publish() makes all
 * that were claimed visible.
 */
void ring_claim(struct ring *r, uint32_t n);
void ring_publish(struct ring *r, uint32_t n);

static inline struct hftmon_record *ring_slot(struct ring *r, uint32_t sequence)
{
	return &r->records[sequence & r->mask];
}

/* Single producer, single consumer: the next record, or NULL; free it with ring_consumed(). */
const struct hftmon_record *ring_peek(struct ring *r);
void ring_consumed(struct ring *r);
/*
 * The same from the other end: the record to write, or NULL when the ring is full, which is
 * counted; ring_publish(r, 1) makes it visible.
 */
struct hftmon_record *ring_offer(struct ring *r);

#endif
