/* SPDX-License-Identifier: MIT */
/*
 * From perf rings to slots: a writer that follows the kernel's rules fills a small ring with
 * records of every kind, whole and not, across its end; each sample arrives once, in order and
 * as it was, and everything else is counted.
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "atomics.h"
#include "check.h"
#include "samples_drain.h"

#define RING_BYTES 4096u
#define RECORDS 10000u
#define SLOTS 4096u /* more than all samples: the drain may meet many at once */
#define EPOCH 1000000u
#define TID 77u

enum {
	WITH_REGISTERS, /* event 0 */
	WITH_DATA,	/* event 1 */
	OF_THE_KERNEL,
	WITHOUT_REGISTERS, /* of a thread that had none then */
	CUT,
	OF_NO_EVENT,
	LOST,
	THROTTLE,
	OTHER,
	TOO_LONG,
	KINDS,
};

static const struct hftmon_sample_event events[] = {
	{ .flags = HFTMON_EVENT_EXCLUDE_KERNEL | HFTMON_EVENT_REGISTERS },
	{ .flags = HFTMON_EVENT_USER_ONLY | HFTMON_EVENT_DATA },
};
static struct perf_event_mmap_page page;
static uint8_t data[RING_BYTES];
static struct sampled_thread thread = {
	.tid = TID,
	.event_count = 2,
	.events = { { .fd = -1, .leader_fd = -1, .id = 11 }, { .fd = -1, .leader_fd = -1, .id = 22 } },
	.ring = { .page = &page, .data = data, .bytes = RING_BYTES },
};
static struct sample_slots slots;
static uint32_t written[KINDS];
static uint32_t done;

/* Copies a record in, as soon as there is room for it. */
static void put(const uint64_t *words, size_t count)
{
	uint64_t head = page.data_head;

	while (head + 8 * count - load_acquire_u64(&page.data_tail) > RING_BYTES)
		sched_yield();
	for (size_t i = 0; i < count; i++)
		memcpy(data + ((head + 8 * i) & (RING_BYTES - 1)), &words[i], 8);
	store_release_u64(&page.data_head, head + 8 * count);
}

static size_t fill(uint64_t *w, uint32_t kind, uint32_t n)
{
	size_t registers = (size_t)__builtin_popcountll(SAMPLE_REGISTER_MASK);
	size_t count = 1;

	w[count++] = kind == OF_NO_EVENT ? 33 : kind == WITH_DATA || kind == OF_THE_KERNEL ? 22 : 11;
	w[count++] = n * 3ull;
	w[count++] = n | (uint64_t)TID << 32;
	w[count++] = EPOCH + n;
	if (w[1] == 22)
		w[count++] = n * 5ull;
	w[count++] = n % 7;
	if (w[1] == 22) {
		w[count++] = n % 1000;
		w[count++] = n * 11ull;
	} else {
		w[count++] = kind == WITHOUT_REGISTERS ? 0 : PERF_SAMPLE_REGS_ABI_64;
		for (size_t i = 0; i < registers && kind != WITHOUT_REGISTERS; i++)
			w[count++] = n + i;
	}
	return kind == CUT ? count - 1 : count;
}

static void write_record(uint32_t kind, uint32_t n)
{
	uint64_t words[PERF_RECORD_MOST / 8 + 1] = { 0 };
	struct perf_event_header header = { .type = PERF_RECORD_SAMPLE,
					    .misc = PERF_RECORD_MISC_USER };
	size_t count = 3;

	if (kind == LOST) {
		header.type = PERF_RECORD_LOST;
		words[1] = 11;
		words[2] = 13;
	} else if (kind == THROTTLE) {
		header.type = PERF_RECORD_THROTTLE;
	} else if (kind == OTHER) {
		header.type = PERF_RECORD_COMM;
	} else if (kind == TOO_LONG) {
		count = PERF_RECORD_MOST / 8 + 1;
	} else {
		count = fill(words, kind, n);
	}
	if (kind == OF_THE_KERNEL)
		header.misc = PERF_RECORD_MISC_KERNEL;
	header.size = (uint16_t)(8 * count);
	memcpy(words, &header, sizeof(header));
	put(words, count);
	written[kind]++;
}

static void *writer_main(void *unused)
{
	uint32_t random = 1;

	(void)unused;
	for (uint32_t n = 1; n <= RECORDS; n++)
		write_record(next_random(&random) % KINDS, n);
	store_release_u32(&done, 1);
	return NULL;
}

static void check_registers(const struct hftmon_sample *s, uint32_t n)
{
	uint32_t i = 0;

	for (uint32_t reg = 0; reg < HFTMON_SAMPLE_REGISTERS; reg++) {
		int given = s->flags & HFTMON_SAMPLE_HAS_REGISTERS && SAMPLE_REGISTER_MASK >> reg & 1;

		CHECK(s->registers[reg] == (given ? n + i : 0), "register %u of sample %u", reg, n);
		i += SAMPLE_REGISTER_MASK >> reg & 1;
	}
}

static void check_sample(const struct hftmon_sample *s, uint32_t after)
{
	uint32_t n = (uint32_t)s->time;

	CHECK(n > after, "%u after %u", n, after);
	CHECK(s->tid == TID && s->pid == n && s->cpu == n % 7 && s->ip == n * 3ull, "%u", n);
	if (s->event == 1) {
		CHECK(s->flags == HFTMON_SAMPLE_HAS_DATA, "flags %x", s->flags);
		CHECK(s->address == n * 5ull && s->weight == n % 1000, "data of %u", n);
		CHECK(s->data_source == n * 11ull, "data source of %u", n);
	} else {
		CHECK(!s->address && !s->weight && !s->data_source, "no data of %u", n);
		check_registers(s, n);
	}
}

/* Reads the slots as JavaScript does. Returns the number of the last sample. */
static uint32_t read_slots(uint32_t last)
{
	const struct hftmon_sample *first = (void *)(slots.memory + HFTMON_SAMPLES_HEADER_BYTES);
	uint32_t head = load_acquire_u32(slots.memory + HFTMON_SAMPLES_HEAD_OFFSET);
	uint32_t tail = load_acquire_u32(slots.memory + HFTMON_SAMPLES_TAIL_OFFSET);

	for (; tail != head; tail++) {
		check_sample(&first[tail & (SLOTS - 1)], last);
		last = (uint32_t)first[tail & (SLOTS - 1)].time;
	}
	store_release_u32(slots.memory + HFTMON_SAMPLES_TAIL_OFFSET, tail);
	return last;
}

static void check_counts(const struct hftmon_sample_stats *s)
{
	uint64_t samples = written[WITH_REGISTERS] + written[WITH_DATA] + written[WITHOUT_REGISTERS];
	uint64_t unknown = written[CUT] + written[OF_NO_EVENT] + written[OTHER];

	CHECK(s->samples == samples, "%lu, not %lu", s->samples, samples);
	CHECK(s->overruns == 0, "%lu overruns", s->overruns);
	CHECK(s->unknown == unknown, "%lu, not %lu", s->unknown, unknown);
	CHECK(s->lost == 13ull * written[LOST] && thread.lost == s->lost, "%lu lost", s->lost);
	CHECK(s->throttles == written[THROTTLE], "%lu throttles", s->throttles);
	CHECK(s->kernel == written[OF_THE_KERNEL], "%lu in the kernel", s->kernel);
	CHECK(thread.ring.skipped == written[TOO_LONG], "%lu too long", thread.ring.skipped);
}

/* Nobody reads: what finds no slot is counted. */
static void test_overruns(const struct hftmon_sample_stats *stats)
{
	uint64_t before = stats->samples;

	for (uint32_t i = 0; i < SLOTS + 5; i++) {
		write_record(WITH_DATA, RECORDS + 1 + i);
		sample_slots__drain(&slots, &thread);
	}
	CHECK(stats->samples - before == SLOTS && stats->overruns == 5, "%lu, %lu overruns",
	      stats->samples - before, stats->overruns);
	CHECK(read_slots(RECORDS) == RECORDS + SLOTS, "the oldest are kept");
}

int main(void)
{
	struct hftmon_sample_stats *stats;
	pthread_t writer;
	uint32_t last = 0;

	CHECK(!sample_slots__open(&slots, SLOTS, EPOCH, events), "no memory");
	stats = slots.stats;
	CHECK(!pthread_create(&writer, NULL, writer_main, NULL), "no thread");
	while (!load_acquire_u32(&done)) {
		sample_slots__drain(&slots, &thread);
		last = read_slots(last);
	}
	pthread_join(writer, NULL);
	sample_slots__drain(&slots, &thread);
	read_slots(last);
	check_counts(stats);
	test_overruns(stats);
	sample_slots__close(&slots);
	return 0;
}
