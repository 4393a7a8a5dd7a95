/* SPDX-License-Identifier: MIT */
/*
 * One writer, two readers that follow the rules of core's BroadcastCursor: copy, then look at the
 * intent. The ring is lapped thousands of times; sequence numbers wrap on the way.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

#include "atomics.h"
#include "pattern.h"
#include "ring.h"

#define CAPACITY 64u
#define RECORDS 60000u
#define FIRST (UINT32_MAX - RECORDS / 2)
#define READERS 2

static struct ring ring;
static atomic_bool done;

static void *writer_main(void *unused)
{
	uint32_t random = 1, left = RECORDS;

	(void)unused;
	while (left) {
		uint32_t n = 1 + next_random(&random) % (CAPACITY / 4);

		if (n > left)
			n = left;
		ring_claim(&ring, n);
		for (uint32_t i = 0; i < n; i++) {
			struct hftmon_record *r = ring_slot(&ring, ring.head + i);

			pattern_write(r, ring.head + i);
			store_release_u32(&r->commit, ring.head + i + 1);
		}
		ring_publish(&ring, n);
		left -= n;
		/* With fewer CPUs than threads the readers must be let in. */
		if (next_random(&random) % 8 == 0)
			sched_yield();
	}
	atomic_store(&done, true);
	return NULL;
}

/* The race is the point: what was overwritten meanwhile is thrown away afterwards. */
__attribute__((no_sanitize("thread"))) static void copy(struct hftmon_record *to,
							const struct hftmon_record *from)
{
	const volatile uint64_t *source = (const volatile uint64_t *)from;
	uint64_t *target = (uint64_t *)to;

	for (uint32_t i = 0; i < sizeof(*to) / sizeof(*target); i++)
		target[i] = source[i];
}

struct result {
	uint32_t received;
	uint32_t lost;
};

static void *reader_main(void *argument)
{
	static _Thread_local struct hftmon_record batch[CAPACITY];
	uint32_t random = 7 + (uint32_t)(uintptr_t)argument, position = FIRST;
	struct result *result = calloc(1, sizeof(*result));

	for (;;) {
		bool last = atomic_load(&done);
		uint32_t head = load_acquire_u32(ring.memory + HFTMON_RING_HEAD_OFFSET);
		uint32_t available = head - position, count, intent;
		int32_t stale;

		if (!available) {
			if (last)
				break;
			sched_yield();
			continue;
		}
		if (available > CAPACITY) {
			result->lost += available - CAPACITY;
			position += available - CAPACITY;
			available = CAPACITY;
		}
		count = 1 + next_random(&random) % CAPACITY;
		if (count > available)
			count = available;
		for (uint32_t i = 0; i < count; i++)
			copy(&batch[i], ring_slot(&ring, position + i));
		fence_full();
		intent = load_acquire_u32(ring.memory + HFTMON_RING_INTENT_OFFSET);
		stale = (int32_t)(intent - CAPACITY - position);
		for (uint32_t i = 0; i < count; i++) {
			if ((int32_t)i < stale) {
				result->lost++;
				continue;
			}
			pattern_check(&batch[i], position + i);
			CHECK(batch[i].commit == position + i + 1, "record %u", position + i);
			result->received++;
		}
		position += count;
		if (stale > (int32_t)count) {
			result->lost += (uint32_t)stale - count;
			position += (uint32_t)stale - count;
		}
	}
	CHECK(position == FIRST + RECORDS, "%u", position);
	return result;
}

int main(void)
{
	pthread_t writer, readers[READERS];

	CHECK(ring_open(&ring, "test", 48, 0) < 0, "48 is no power of two");
	CHECK(!ring_open(&ring, "test", CAPACITY, 0), "no memory");
	ring.head = FIRST;
	store_release_u32(ring.memory + HFTMON_RING_HEAD_OFFSET, FIRST);
	store_release_u32(ring.memory + HFTMON_RING_INTENT_OFFSET, FIRST);
	for (uintptr_t i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, reader_main, (void *)i);
	pthread_create(&writer, NULL, writer_main, NULL);
	pthread_join(writer, NULL);
	for (uint32_t i = 0; i < READERS; i++) {
		struct result *result;

		pthread_join(readers[i], (void **)&result);
		CHECK(result->received + result->lost == RECORDS, "%u and %u", result->received,
		      result->lost);
		CHECK(result->received > 0, "reader %u came too late for all", i);
		printf("reader %u: %u received, %u lost\n", i, result->received, result->lost);
		free(result);
	}
	ring_close(&ring);
	return 0;
}
