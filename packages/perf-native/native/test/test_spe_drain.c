/* SPDX-License-Identifier: MIT */
/*
 * From the buffer of an SPE event to slots: the test plays the kernel's part on a made-up perf
 * page, by the same rules, round and round the buffer: chunks with their records, padding, chunks
 * whose record is lost, and what the flags of records tell.
 */
#include "atomics.h"
#include "check.h"
#include "samples_spe.h"
#include "spe_bytes.h"

#define RING_BYTES 4096u
#define AUX_BYTES 4096u
#define RECORD 64u
#define SLOTS 256u
#define EPOCH 1000u
#define TID 77u
#define PID 70u
#define CPU 3u
#define END_NS 500000u
#define USER 0x400000ull
#define KERNEL (0x20ffull << 48) /* EL1 */

static const struct hftmon_sample_event events[] = {
	{ .flags = HFTMON_EVENT_SPE | HFTMON_EVENT_NEOVERSE_SOURCES | HFTMON_EVENT_DATA |
		   HFTMON_EVENT_EXCLUDE_KERNEL },
};
/* 25 MHz as on many hosts; counter 1,000,000 is 400,000 ns. */
static const struct spe_clock at_25_mhz = { .hz = 25000000, .counter = 1000000, .ns = 400000 };
static const struct spe_clock no_counter = { .ns = 400000 };

static struct perf_event_mmap_page page;
static _Alignas(8) uint8_t ring[RING_BYTES];
static _Alignas(64) uint8_t aux[AUX_BYTES];
static struct spe_buffer buffer = {
	.ring = { .page = &page, .data = ring, .bytes = RING_BYTES },
	.data = aux,
	.bytes = AUX_BYTES,
};
static struct sampled_thread thread = {
	.tid = TID,
	.event_count = 1,
	.events = { { .fd = -1, .leader_fd = -1, .id = 11, .spe = &buffer } },
};
static struct sample_slots slots;

static void put_record(const void *record, size_t bytes)
{
	const uint8_t *from = record;

	CHECK(page.data_head + bytes - page.data_tail <= RING_BYTES, "the ring is full");
	for (size_t i = 0; i < bytes; i++)
		ring[(page.data_head + i) & (RING_BYTES - 1)] = from[i];
	store_release_u64(&page.data_head, page.data_head + bytes);
}

static void put_aux_record(uint64_t offset, uint64_t size, uint64_t flags)
{
	struct aux_record record = {
		.header = { .type = PERF_RECORD_AUX, .size = sizeof(record) },
		.offset = offset,
		.size = size,
		.flags = flags,
		.pid = PID,
		.tid = TID,
		.time = END_NS,
		.cpu = CPU,
		.id = 11,
	};

	put_record(&record, sizeof(record));
}

/* Copies bytes to the head of the area, and tells the reader where it is now, or not yet. */
static uint64_t fill(const struct spe_bytes *b)
{
	uint64_t offset = page.aux_head;

	CHECK(offset + b->count - page.aux_tail <= AUX_BYTES, "the area is full");
	for (size_t i = 0; i < b->count; i++)
		aux[(offset + i) & (AUX_BYTES - 1)] = b->data[i];
	return offset;
}

/* As the kernel does: the record first, then the head. */
static void put_chunk(const struct spe_bytes *b, uint64_t flags)
{
	put_aux_record(fill(b), b->count, flags);
	store_release_u64(&page.aux_head, page.aux_head + b->count);
}

/* Without a record: padding, or a chunk whose record found no room. */
static void put_untold(const struct spe_bytes *b)
{
	fill(b);
	store_release_u64(&page.aux_head, page.aux_head + b->count);
}

static struct spe_bytes loads(uint32_t first, uint32_t count)
{
	struct spe_bytes b = { 0 };

	for (uint32_t i = 0; i < count; i++)
		put_load(&b, USER + first + i, 0x7000ull + first + i, 0xe, 1000000 + first + i);
	CHECK(b.count == count * RECORD, "records of %zu bytes", b.count / count);
	return b;
}

static void drain(const struct spe_clock *clock)
{
	sample_slots__drain_spe(&slots, &thread, 0, clock);
	CHECK(page.aux_tail == page.aux_head, "given back up to %llu of %llu", page.aux_tail,
	      page.aux_head);
	CHECK(page.data_tail == page.data_head, "records are left");
}

static const struct hftmon_sample *next_sample(void)
{
	const struct hftmon_sample *first = (void *)(slots.memory + HFTMON_SAMPLES_HEADER_BYTES);
	uint32_t tail = load_acquire_u32(slots.memory + HFTMON_SAMPLES_TAIL_OFFSET);

	if (tail == load_acquire_u32(slots.memory + HFTMON_SAMPLES_HEAD_OFFSET))
		return NULL;
	store_release_u32(slots.memory + HFTMON_SAMPLES_TAIL_OFFSET, tail + 1);
	return &first[tail & (SLOTS - 1)];
}

static void expect_loads(uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++) {
		const struct hftmon_sample *s = next_sample();

		CHECK(s, "no sample %u", n);
		CHECK(s->ip == USER + n && s->address == 0x7000ull + n, "ip %lx, not %u", s->ip, n);
		/* 40 ns per tick. */
		CHECK(s->time == 400000.0 + 40.0 * n - EPOCH, "%u at %f", n, s->time);
		CHECK(s->tid == TID && s->pid == PID && s->cpu == CPU && !s->event, "of %u", s->tid);
		CHECK(s->flags == (HFTMON_SAMPLE_HAS_DATA | HFTMON_SAMPLE_EXACT_IP), "%x", s->flags);
		CHECK(s->weight == 311, "%u cycles", s->weight);
		CHECK((s->data_source & 0x1f) == PERF_MEM_OP_LOAD, "%lx", s->data_source);
	}
	CHECK(!next_sample(), "more than %u samples", count);
}

/* 13 records at a time do not divide the buffer, so padding comes at its end. */
static void test_rounds(void)
{
	uint32_t n = 0;

	for (uint32_t round = 0; round < 1000; round++) {
		uint64_t left = AUX_BYTES - (page.aux_head & (AUX_BYTES - 1));
		struct spe_bytes b = loads(n, 13);

		if (left < b.count) {
			struct spe_bytes padding = { .count = left };

			put_untold(&padding);
		}
		put_chunk(&b, 0);
		drain(&at_25_mhz);
		expect_loads(n, 13);
		n += 13;
	}
	CHECK(page.aux_head > 100 * AUX_BYTES, "not round the buffer");
	CHECK(slots.stats->samples == n && !slots.stats->skipped_bytes, "%lu samples",
	      slots.stats->samples);
}

/* The record is there, the head not yet. */
static void test_record_before_head(void)
{
	struct spe_bytes b = loads(0, 3);

	put_aux_record(fill(&b), b.count, 0);
	sample_slots__drain_spe(&slots, &thread, 0, &at_25_mhz);
	page.aux_head += b.count;
	CHECK(page.aux_tail == page.aux_head, "tail %llu", page.aux_tail);
	expect_loads(0, 3);
	drain(&at_25_mhz);
	expect_loads(0, 0);
}

/* What has no record is not read, for neither its CPU nor its process is known. */
static void test_lost_record(void)
{
	struct {
		struct perf_event_header header;
		uint64_t id, lost;
	} lost = { { .type = PERF_RECORD_LOST, .size = sizeof(lost) }, 11, 2 };
	struct spe_bytes unseen = loads(100, 4), seen = loads(5, 2);

	put_untold(&unseen);
	put_record(&lost, sizeof(lost));
	put_chunk(&seen, 0);
	drain(&at_25_mhz);
	expect_loads(5, 2);
	CHECK(slots.stats->lost == 2 && thread.lost == 2, "%lu lost", slots.stats->lost);
}

static void test_flags(void)
{
	static const struct {
		uint64_t flags, truncations, collisions;
	} cases[] = {
		{ PERF_AUX_FLAG_TRUNCATED, 1, 0 },
		{ PERF_AUX_FLAG_TRUNCATED | PERF_AUX_FLAG_PARTIAL, 1, 0 },
		{ PERF_AUX_FLAG_PARTIAL, 1, 0 },
		{ PERF_AUX_FLAG_COLLISION, 0, 1 },
		{ PERF_AUX_FLAG_COLLISION | PERF_AUX_FLAG_TRUNCATED, 1, 1 },
		{ 0, 0, 0 },
	};
	uint64_t truncations = 0, collisions = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct spe_bytes b = loads(0, 1);

		put_chunk(&b, cases[i].flags);
		drain(&at_25_mhz);
		expect_loads(0, 1);
		truncations += cases[i].truncations;
		collisions += cases[i].collisions;
		CHECK(slots.stats->truncations == truncations, "flags %lx", cases[i].flags);
		CHECK(slots.stats->collisions == collisions, "flags %lx", cases[i].flags);
	}
	/* Also without a sample. */
	put_aux_record(page.aux_head, 0, PERF_AUX_FLAG_TRUNCATED);
	drain(&at_25_mhz);
	CHECK(slots.stats->truncations == truncations + 1, "%lu", slots.stats->truncations);
}

/* Half a record at the end of a chunk; the chunk after it begins with a whole one. */
static void test_cut_record(void)
{
	struct spe_bytes cut = loads(0, 3), next = loads(2, 1);
	uint64_t before = slots.stats->skipped_bytes;

	cut.count = 2 * RECORD + 20;
	put_chunk(&cut, PERF_AUX_FLAG_PARTIAL);
	put_chunk(&next, 0);
	drain(&at_25_mhz);
	expect_loads(0, 3);
	CHECK(slots.stats->skipped_bytes == before + 20, "%lu", slots.stats->skipped_bytes);
}

static void test_kernel_and_time(void)
{
	struct spe_bytes b = { 0 };
	const struct hftmon_sample *s;

	put_load(&b, KERNEL, 0x7000, 0, 1);
	put_packet(&b, HEADER_DATA_VIRTUAL, 0x8000);
	put_packet(&b, HEADER_LOAD_STORE, OPERATION_STORE);
	put_byte(&b, HEADER_END);
	put_padding(&b, RECORD);
	put_chunk(&b, 0);
	drain(&at_25_mhz);
	CHECK(slots.stats->kernel == 1, "%lu in the kernel", slots.stats->kernel);
	s = next_sample();
	/* No timestamp, no instruction, no latency. */
	CHECK(s && s->address == 0x8000 && s->time == END_NS - EPOCH, "%f", s ? s->time : 0);
	CHECK(s->flags == HFTMON_SAMPLE_HAS_DATA && !s->ip && !s->weight, "flags %x", s->flags);
	CHECK(!next_sample(), "a sample of the kernel");
}

static void test_without_counter(void)
{
	struct spe_bytes b = loads(0, 1);
	const struct hftmon_sample *s;

	put_chunk(&b, 0);
	drain(&no_counter);
	s = next_sample();
	CHECK(s && s->time == END_NS - EPOCH, "%f", s ? s->time : 0);
}

/* Records that do not fit the buffer are not followed. */
static void test_nonsense(void)
{
	struct aux_record short_one = { .header = { .type = PERF_RECORD_AUX, .size = 32 } };
	uint64_t before = slots.stats->unknown;

	put_aux_record(page.aux_head, AUX_BYTES + 1, 0);
	put_aux_record(page.aux_head - RECORD, RECORD, 0);
	put_aux_record(page.aux_head + AUX_BYTES, RECORD, 0);
	put_record(&short_one, 32);
	drain(&at_25_mhz);
	CHECK(slots.stats->unknown == before + 4, "%lu", slots.stats->unknown - before);
	expect_loads(0, 0);
}

/* Nobody reads the slots: what finds none is counted, and the buffer is given back. */
static void test_overruns(void)
{
	uint64_t samples = slots.stats->samples;

	for (uint32_t n = 0; n < SLOTS + 8; n += 8) {
		struct spe_bytes b = loads(n, 8);

		put_chunk(&b, 0);
		drain(&at_25_mhz);
	}
	CHECK(slots.stats->samples - samples == SLOTS && slots.stats->overruns == 8, "%lu, %lu",
	      slots.stats->samples - samples, slots.stats->overruns);
	expect_loads(0, SLOTS);
}

int main(void)
{
	CHECK(!sample_slots__open(&slots, SLOTS, EPOCH, events), "no memory");
	test_rounds();
	test_record_before_head();
	test_lost_record();
	test_flags();
	test_cut_record();
	test_kernel_and_time();
	test_without_counter();
	test_nonsense();
	test_overruns();
	sample_slots__close(&slots);
	return 0;
}
