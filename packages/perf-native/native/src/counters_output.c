/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/mman.h>

#include "atomics.h"
#include "counters.h"
#include "error.h"

int counters_output_open(struct hftmon_counters *c)
{
	size_t record = sizeof(struct hftmon_counter_record);
	uint32_t most = 0;
	void *memory;

	for (uint32_t g = 0; g < c->group_count; g++)
		if (c->groups[g].count > most)
			most = c->groups[g].count;
	record += most * sizeof(double);
	c->ring_bytes = sizeof(*c->ring) + c->options.records * record;
	memory = mmap(NULL, c->ring_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return fail(-errno, "mapping %zu bytes for counter samples", c->ring_bytes);
	c->ring = memory;
	c->ring->record_bytes = (uint32_t)record;
	c->ring->mask = c->options.records - 1;
	return 0;
}

void counters_output_close(struct hftmon_counters *c)
{
	if (c->ring)
		munmap(c->ring, c->ring_bytes);
	c->ring = NULL;
}

void counters_output_write(struct hftmon_counters *c, uint32_t tid, uint32_t group,
			   uint32_t status, const struct counter_reading *reading)
{
	struct hftmon_counter_ring *ring = c->ring;
	uint32_t head = ring->head;
	struct hftmon_counter_record *r;

	if (head - load_acquire_u32(&ring->tail) > ring->mask) {
		c->stats.refused++;
		return;
	}
	r = (void *)((uint8_t *)(ring + 1) + (size_t)(head & ring->mask) * ring->record_bytes);
	r->time_ns = (double)(int64_t)(reading->time_ns - c->options.epoch_ns);
	r->enabled_ns = (double)reading->enabled_ns;
	r->running_ns = (double)reading->running_ns;
	r->tid = tid;
	r->group = group;
	r->status = status;
	r->count = c->groups[group].count;
	for (uint32_t i = 0; i < r->count; i++)
		r->values[i] = (double)reading->values[i];
	c->stats.samples++;
	store_release_u32(&ring->head, head + 1);
}
