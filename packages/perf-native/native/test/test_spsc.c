/* SPDX-License-Identifier: MIT */
/*
 * The input ring: a writer that follows the rules of core's SpscWriter, and ring_peek() and
 * ring_consumed() as the reader. Nothing is lost or overwritten, also where indices wrap.
 */
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

#include "atomics.h"
#include "pattern.h"
#include "ring.h"

#define CAPACITY 16u
#define RECORDS 100000u
#define FIRST (UINT32_MAX - RECORDS / 2)

static struct ring ring;

static void *writer_main(void *unused)
{
	(void)unused;
	for (uint32_t n = FIRST; n != FIRST + RECORDS; n++) {
		struct hftmon_record *r = ring_slot(&ring, n);

		while (n - load_acquire_u32(ring.memory + HFTMON_RING_TAIL_OFFSET) == CAPACITY)
			sched_yield();
		pattern_write(r, n);
		r->commit = n + 1;
		store_release_u32(ring.memory + HFTMON_RING_HEAD_OFFSET, n + 1);
	}
	return NULL;
}

int main(void)
{
	pthread_t writer;

	CHECK(!ring_open(&ring, "test", CAPACITY, 0), "no memory");
	ring.tail = FIRST;
	store_release_u32(ring.memory + HFTMON_RING_HEAD_OFFSET, FIRST);
	store_release_u32(ring.memory + HFTMON_RING_TAIL_OFFSET, FIRST);
	CHECK(!ring_peek(&ring), "empty");
	pthread_create(&writer, NULL, writer_main, NULL);
	for (uint32_t n = FIRST; n != FIRST + RECORDS; n++) {
		const struct hftmon_record *r;

		while (!(r = ring_peek(&ring)))
			sched_yield();
		pattern_check(r, n);
		CHECK(r->commit == n + 1, "record %u", n);
		ring_consumed(&ring);
	}
	pthread_join(writer, NULL);
	CHECK(!ring_peek(&ring), "empty again");
	ring_close(&ring);
	return 0;
}
