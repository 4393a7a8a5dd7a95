/* SPDX-License-Identifier: MIT */
/* The kernel's ring of one leader, with the groups that it captured on the target's own core. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "atomics.h"
#include "counters.h"

/* A record of sample_type TID | TIME | READ, the largest that the ring can hold of ours. */
struct sample {
	struct perf_event_header header;
	uint32_t pid;
	uint32_t tid;
	uint64_t time;
	uint64_t read[3 + 2 * (HFTMON_COUNTER_EVENTS + 1)];
};

struct lost {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int counters_ring_map(struct counter_set *set, int fd)
{
	void *ring = mmap(NULL, (COUNTER_RING_PAGES + 1) * page_bytes(), PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);

	if (ring == MAP_FAILED)
		return -errno;
	set->ring = ring;
	return 0;
}

void counters_ring_unmap(struct counter_set *set)
{
	if (set->ring)
		munmap(set->ring, (COUNTER_RING_PAGES + 1) * page_bytes());
	set->ring = NULL;
}

/* Copies bytes that may wrap round the end. */
static void copy(void *to, const uint8_t *data, uint64_t from, size_t bytes, size_t ring_bytes)
{
	size_t offset = from & (ring_bytes - 1);
	size_t first = bytes < ring_bytes - offset ? bytes : ring_bytes - offset;

	memcpy(to, data + offset, first);
	memcpy((uint8_t *)to + first, data, bytes - first);
}

static void take_sample(struct hftmon_counters *c, struct counter_slot *slot, uint32_t group,
			const struct sample *s)
{
	struct counter_reading reading = { .time_ns = s->time };

	counters_group_decode(&c->groups[group], slot->sets[group].ids, s->read, &reading);
	slot->sets[group].captured = true;
	counters_output_write(c, slot->tid, group, 0, &reading);
}

void counters_ring_drain(struct hftmon_counters *c, struct counter_slot *slot, uint32_t group)
{
	uint8_t *ring = slot->sets[group].ring;
	struct perf_event_mmap_page *page = (struct perf_event_mmap_page *)ring;
	const uint8_t *data = ring + page_bytes();
	size_t bytes = COUNTER_RING_PAGES * page_bytes();
	uint64_t head = load_acquire_u64(&page->data_head);
	uint64_t tail = page->data_tail;

	while (tail != head) {
		union {
			struct perf_event_header header;
			struct sample sample;
			struct lost lost;
		} r;

		copy(&r.header, data, tail, sizeof(r.header), bytes);
		copy(&r, data, tail, r.header.size < sizeof(r) ? r.header.size : sizeof(r), bytes);
		tail += r.header.size;
		if (r.header.type == PERF_RECORD_SAMPLE)
			take_sample(c, slot, group, &r.sample);
		else if (r.header.type == PERF_RECORD_LOST)
			c->stats.lost += r.lost.lost;
		else if (r.header.type == PERF_RECORD_THROTTLE)
			c->stats.throttled++;
	}
	store_release_u64(&page->data_tail, tail);
}
