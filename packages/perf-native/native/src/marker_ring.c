/* SPDX-License-Identifier: MIT */
#include "marker_ring.h"

#include <stdatomic.h>

#include "atomics.h"

static uint64_t load_relaxed_u64(const uint64_t *p)
{
	return atomic_load_explicit((const _Atomic uint64_t *)p, memory_order_relaxed);
}

uint64_t marker_ring_head(const struct marker_ring *ring)
{
	return load_acquire_u64(&ring->slot->head);
}

bool marker_ring_advance(struct marker_ring *ring, uint64_t head, uint64_t capacity,
			 double before_ns, double after_ns)
{
	double most = after_ns - ring->seen_ns + (double)capacity; /* no mark takes less than 1 ns */

	ring->seen_ns = before_ns;
	if (head >= ring->head && (double)(head - ring->head) <= most) {
		ring->head = head;
		return true;
	}
	ring->head = ring->tail = head;
	return false;
}

static void copy_mark(struct hftmon_marker_mark *to, const struct hftmon_marker_mark *from)
{
	to->counter = load_relaxed_u64(&from->counter);
	to->id = load_relaxed_u64(&from->id);
	to->value = load_relaxed_u64(&from->value);
	to->what = load_relaxed_u64(&from->what);
}

/* The first mark that no writer touches while `head` is the next to be written. */
static uint64_t oldest(uint64_t head, uint64_t capacity)
{
	return head < capacity ? 0 : head - capacity + 1;
}

uint32_t marker_ring_copy(struct marker_ring *ring, uint64_t capacity,
			  struct hftmon_marker_mark *out, uint32_t most, uint64_t *lost)
{
	uint64_t first = oldest(ring->head, capacity), from, whole;
	uint32_t n = 0, gone = 0;

	*lost = 0;
	/* Far enough ahead of the writer not to be overtaken at once. */
	if (ring->tail < first) {
		uint64_t to = first + capacity / 8 < ring->head ? first + capacity / 8 : ring->head;

		*lost = to - ring->tail;
		ring->tail = to;
	}
	from = ring->tail;
	for (; n < most && from + n < ring->head; n++)
		copy_mark(&out[n], &ring->marks[(from + n) & (capacity - 1)]);
	atomic_thread_fence(memory_order_acquire);
	whole = oldest(load_relaxed_u64(&ring->slot->head), capacity);
	ring->tail = from + n;
	while (gone < n && from + gone < whole)
		gone++;
	*lost += gone;
	for (uint32_t i = gone; gone && i < n; i++)
		out[i - gone] = out[i];
	return n - gone;
}
