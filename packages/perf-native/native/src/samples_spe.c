/* SPDX-License-Identifier: MIT */
#include "samples_spe.h"

#include <string.h>

#include "spe_record.h"

/* Where the records of a part of the buffer go, and what it says of all of them. */
struct chunk {
	struct sample_slots *slots;
	const struct aux_record *aux;
	const struct spe_clock *clock;
	uint32_t tid;
	uint32_t event;
};

static uint64_t time_of(const struct chunk *chunk, const struct spe_record *record)
{
	if (!(record->fields & SPE_HAS_TIMESTAMP) || !chunk->clock->hz)
		return chunk->aux->time;
	return spe_clock__ns(chunk->clock, record->timestamp);
}

static void take_record(const struct chunk *chunk, const struct spe_record *record)
{
	struct sample_slots *slots = chunk->slots;
	bool neoverse = slots->events[chunk->event].flags & HFTMON_EVENT_NEOVERSE_SOURCES;
	struct hftmon_sample *to;

	if (record->exception_level) {
		sample_slots__count(&slots->stats->kernel, 1);
		return;
	}
	to = sample_slots__free(slots);
	if (!to)
		return;
	memset(to, 0, sizeof(*to));
	to->time = (double)(int64_t)(time_of(chunk, record) - slots->epoch_ns);
	to->tid = chunk->tid;
	to->pid = chunk->aux->pid;
	to->cpu = chunk->aux->cpu;
	to->flags = HFTMON_SAMPLE_HAS_DATA | (record->fields & SPE_HAS_PC ? HFTMON_SAMPLE_EXACT_IP : 0);
	to->event = chunk->event;
	to->ip = record->pc;
	to->address = record->address;
	to->data_source = spe_record__data_source(record, neoverse);
	to->weight = record->total_latency;
	sample_slots__publish(slots);
}

static void take_bytes(const struct chunk *chunk, const uint8_t *from, uint64_t bytes)
{
	struct spe_reader reader = { .at = from, .end = from + bytes };
	struct spe_record record;

	while (spe_reader__next(&reader, &record))
		take_record(chunk, &record);
	if (reader.skipped)
		sample_slots__count(&chunk->slots->stats->skipped_bytes, reader.skipped);
}

static void count_flags(struct hftmon_sample_stats *stats, uint64_t flags)
{
	if (flags & (PERF_AUX_FLAG_TRUNCATED | PERF_AUX_FLAG_PARTIAL))
		sample_slots__count(&stats->truncations, 1);
	if (flags & PERF_AUX_FLAG_COLLISION)
		sample_slots__count(&stats->collisions, 1);
}

/* The driver pads the end of the buffer, so no record goes on at its beginning. */
static void take_chunk(const struct chunk *chunk, const struct spe_buffer *buffer)
{
	uint64_t at = chunk->aux->offset & (buffer->bytes - 1);
	uint64_t size = chunk->aux->size, before_end = buffer->bytes - at;

	count_flags(chunk->slots->stats, chunk->aux->flags);
	take_bytes(chunk, buffer->data + at, size < before_end ? size : before_end);
	if (size > before_end)
		take_bytes(chunk, buffer->data, size - before_end);
}

void sample_slots__drain_spe(struct sample_slots *slots, struct sampled_thread *thread,
			     uint32_t event, const struct spe_clock *clock)
{
	struct spe_buffer *buffer = thread->events[event].spe;
	struct chunk chunk = { .slots = slots, .clock = clock, .tid = thread->tid, .event = event };
	/* Before the records: what they do not tell of up to here was padded, or its record is lost. */
	uint64_t end = spe_buffer__head(buffer);
	const struct perf_event_header *header;

	while ((header = perf_ring__next(&buffer->ring))) {
		if (header->type != PERF_RECORD_AUX) {
			sample_slots__take_other(slots, thread, header);
			continue;
		}
		chunk.aux = (const struct aux_record *)header;
		if (header->size != sizeof(*chunk.aux) || !spe_buffer__holds(buffer, chunk.aux)) {
			sample_slots__count(&slots->stats->unknown, 1);
			continue;
		}
		take_chunk(&chunk, buffer);
		if ((int64_t)(chunk.aux->offset + chunk.aux->size - end) > 0)
			end = chunk.aux->offset + chunk.aux->size;
	}
	spe_buffer__give_back(buffer, end);
}
