/* SPDX-License-Identifier: MIT */
#include "samples_drain.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "atomics.h"
#include "error.h"
#include "samples_spe.h"

struct lost_record {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

int sample_slots__open(struct sample_slots *slots, uint32_t count, uint64_t epoch_ns,
		       const struct hftmon_sample_event *events)
{
	size_t bytes = HFTMON_SAMPLES_HEADER_BYTES + (size_t)count * sizeof(struct hftmon_sample);
	uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			       0);

	if (memory == MAP_FAILED)
		return fail(-errno, "memory for %u samples", count);
	slots->memory = memory;
	slots->bytes = bytes;
	slots->mask = count - 1;
	slots->epoch_ns = epoch_ns;
	slots->stats = (void *)(memory + HFTMON_SAMPLES_STATS_OFFSET);
	slots->events = events;
	store_relaxed_u32(memory + HFTMON_SAMPLES_SLOTS_OFFSET, count);
	store_relaxed_u32(memory + HFTMON_SAMPLES_SLOT_BYTES_OFFSET, sizeof(struct hftmon_sample));
	return 0;
}

void sample_slots__close(struct sample_slots *slots)
{
	if (slots->memory)
		munmap(slots->memory, slots->bytes);
	slots->memory = NULL;
}

void sample_slots__count(uint64_t *field, uint64_t n)
{
	store_relaxed_u64(field, *field + n);
}

struct hftmon_sample *sample_slots__free(struct sample_slots *slots)
{
	uint32_t tail = load_acquire_u32(slots->memory + HFTMON_SAMPLES_TAIL_OFFSET);
	struct hftmon_sample *first = (void *)(slots->memory + HFTMON_SAMPLES_HEADER_BYTES);

	if (slots->head - tail <= slots->mask)
		return &first[slots->head & slots->mask];
	sample_slots__count(&slots->stats->overruns, 1);
	return NULL;
}

void sample_slots__publish(struct sample_slots *slots)
{
	slots->head++;
	store_release_u32(slots->memory + HFTMON_SAMPLES_HEAD_OFFSET, slots->head);
	sample_slots__count(&slots->stats->samples, 1);
}

/* Words of a sample with those attributes; the registers come only if there are user ones. */
static size_t words_of(uint32_t flags, uint64_t abi)
{
	size_t registers = __builtin_popcountll(SAMPLE_REGISTER_MASK);

	return 5 + (flags & HFTMON_EVENT_REGISTERS ? 1 + (abi ? registers : 0) : 0) +
	       (flags & HFTMON_EVENT_DATA ? 3 : 0);
}

static const uint64_t *copy_registers(struct hftmon_sample *to, const uint64_t *word)
{
	uint64_t abi = *word++;

	memset(to->registers, 0, sizeof(to->registers));
	if (abi == PERF_SAMPLE_REGS_ABI_NONE)
		return word;
	to->flags |= HFTMON_SAMPLE_HAS_REGISTERS;
	if (abi == PERF_SAMPLE_REGS_ABI_32)
		to->flags |= HFTMON_SAMPLE_REGISTERS_32;
	for (uint64_t left = SAMPLE_REGISTER_MASK; left; left &= left - 1)
		to->registers[__builtin_ctzll(left)] = *word++;
	return word;
}

/* The fields in the order of the ABI: linux/perf_event.h, PERF_RECORD_SAMPLE. */
static void copy_sample(struct sample_slots *slots, struct hftmon_sample *to, uint32_t event,
			const struct perf_event_header *header)
{
	const uint64_t *word = (const uint64_t *)(header + 1) + 1;
	uint32_t flags = slots->events[event].flags;

	to->flags = header->misc & PERF_RECORD_MISC_EXACT_IP ? HFTMON_SAMPLE_EXACT_IP : 0;
	to->event = event;
	to->ip = *word++;
	to->pid = (uint32_t)*word;
	to->tid = (uint32_t)(*word++ >> 32);
	to->time = (double)(int64_t)(*word++ - slots->epoch_ns);
	to->address = flags & HFTMON_EVENT_DATA ? *word++ : 0;
	to->cpu = (uint32_t)*word++;
	if (flags & HFTMON_EVENT_REGISTERS)
		word = copy_registers(to, word);
	to->weight = 0;
	to->data_source = 0;
	if (flags & HFTMON_EVENT_DATA) {
		to->flags |= HFTMON_SAMPLE_HAS_DATA;
		to->weight = (uint32_t)*word++;
		to->data_source = *word;
	}
}

/* Is the record as long as its event's samples are? */
static bool is_whole(const struct perf_event_header *header, uint32_t flags)
{
	const uint64_t *words = (const uint64_t *)(header + 1);
	size_t count = (header->size - sizeof(*header)) / sizeof(uint64_t);
	size_t abi_at = flags & HFTMON_EVENT_DATA ? 6 : 5;

	if (!(flags & HFTMON_EVENT_REGISTERS))
		return count == words_of(flags, 0);
	return count > abi_at && count == words_of(flags, words[abi_at]);
}

static void take_sample(struct sample_slots *slots, const struct sampled_thread *thread,
			const struct perf_event_header *header)
{
	int event = sampled_thread__event(thread, *(const uint64_t *)(header + 1));
	struct hftmon_sample *to;

	if (event < 0 || !is_whole(header, slots->events[event].flags)) {
		sample_slots__count(&slots->stats->unknown, 1);
		return;
	}
	if (slots->events[event].flags & HFTMON_EVENT_USER_ONLY &&
	    (header->misc & PERF_RECORD_MISC_CPUMODE_MASK) != PERF_RECORD_MISC_USER) {
		sample_slots__count(&slots->stats->kernel, 1);
		return;
	}
	to = sample_slots__free(slots);
	if (!to)
		return;
	copy_sample(slots, to, (uint32_t)event, header);
	sample_slots__publish(slots);
}

void sample_slots__take_other(struct sample_slots *slots, struct sampled_thread *thread,
			      const struct perf_event_header *header)
{
	switch (header->type) {
	case PERF_RECORD_LOST:
		thread->lost += ((const struct lost_record *)header)->lost;
		sample_slots__count(&slots->stats->lost, ((const struct lost_record *)header)->lost);
		break;
	case PERF_RECORD_THROTTLE:
		sample_slots__count(&slots->stats->throttles, 1);
		break;
	case PERF_RECORD_UNTHROTTLE:
		break;
	default:
		sample_slots__count(&slots->stats->unknown, 1);
	}
}

static void drain_ring(struct sample_slots *slots, struct sampled_thread *thread)
{
	const struct perf_event_header *header;

	while ((header = perf_ring__next(&thread->ring))) {
		if (header->type == PERF_RECORD_SAMPLE)
			take_sample(slots, thread, header);
		else
			sample_slots__take_other(slots, thread, header);
	}
}

void sample_slots__drain(struct sample_slots *slots, struct sampled_thread *thread)
{
	if (thread->ring.page)
		drain_ring(slots, thread);
	for (uint32_t i = 0; i < thread->event_count; i++) {
		struct spe_clock clock;

		if (!thread->events[i].spe)
			continue;
		clock = spe_clock__now();
		sample_slots__drain_spe(slots, thread, i, &clock);
	}
}

void sample_slots__drain_last(struct sample_slots *slots, struct sampled_thread *thread)
{
	sampled_thread__disable(thread);
	sample_slots__drain(slots, thread);
	sample_slots__count(&slots->stats->lost, sampled_thread__untold(thread));
	sample_slots__count(&slots->stats->unknown, sampled_thread__skipped(thread));
}
