/* SPDX-License-Identifier: MIT */
/*
 * Records of Arm's SPE, put together by hand: every packet in each of its lengths, records cut
 * anywhere, headers that are none, and random bytes, of which nothing is read past the end.
 */
#include <errno.h>
#include <linux/perf_event.h>

#include "check.h"
#include "spe_bytes.h"
#include "spe_packet.h"
#include "spe_record.h"

#define PC 0x401234ull
#define ADDRESS 0x7f1234567840ull
#define HITS 0x2

static struct spe_reader reader_of(const struct spe_bytes *b)
{
	return (struct spe_reader){ .at = b->data, .end = b->data + b->count };
}

/* The one record in there. */
static struct spe_record only(const struct spe_bytes *b)
{
	struct spe_reader reader = reader_of(b);
	struct spe_record record, none;

	CHECK(spe_reader__next(&reader, &record), "no record");
	CHECK(!spe_reader__next(&reader, &none), "more than one");
	CHECK(!reader.skipped, "%lu bytes skipped", reader.skipped);
	return record;
}

static void check_packet(const uint8_t *bytes, size_t count, enum spe_packet_kind kind,
			 uint32_t index, uint64_t payload)
{
	struct spe_packet packet = { 0 };
	int length = spe_packet__read(&packet, bytes, bytes + count);

	CHECK(length == (int)count, "%d of %zu bytes of header %#x", length, count, bytes[0]);
	CHECK(packet.kind == kind && packet.index == index, "header %#x: kind %d, index %u",
	      bytes[0], packet.kind, packet.index);
	CHECK(packet.payload == payload, "header %#x: %#lx", bytes[0], packet.payload);
	for (size_t cut = 0; cut < count; cut++)
		CHECK(!spe_packet__read(&packet, bytes, bytes + cut), "header %#x, cut to %zu",
		      bytes[0], cut);
}

#define PACKET(kind, index, payload, ...)                                                          \
	do {                                                                                       \
		static const uint8_t bytes[] = { __VA_ARGS__ };                                    \
		check_packet(bytes, sizeof(bytes), kind, index, payload);                          \
	} while (0)

static void test_packets(void)
{
	PACKET(SPE_PADDING, 0, 0, 0x00);
	PACKET(SPE_END, 0, 0, 0x01);
	PACKET(SPE_TIMESTAMP, 0, 0x0807060504030201, 0x71, 1, 2, 3, 4, 5, 6, 7, 8);
	PACKET(SPE_EVENTS, 0, 0x12, 0x42, 0x12);
	PACKET(SPE_EVENTS, 0, 0x3412, 0x52, 0x12, 0x34);
	PACKET(SPE_EVENTS, 0, 0x78563412, 0x62, 0x12, 0x34, 0x56, 0x78);
	PACKET(SPE_EVENTS, 0, 0x8000000000000012, 0x72, 0x12, 0, 0, 0, 0, 0, 0, 0x80);
	PACKET(SPE_DATA_SOURCE, 0, 0x0e, 0x43, 0x0e);
	PACKET(SPE_DATA_SOURCE, 0, 0x010e, 0x53, 0x0e, 0x01);
	PACKET(SPE_CONTEXT, 0, 4242, 0x64, 0x92, 0x10, 0, 0);
	PACKET(SPE_CONTEXT, 1, 4242, 0x65, 0x92, 0x10, 0, 0);
	PACKET(SPE_OPERATION, SPE_CLASS_OTHER, 1, 0x48, 1);
	PACKET(SPE_OPERATION, SPE_CLASS_LOAD_STORE, 1, 0x49, 1);
	PACKET(SPE_OPERATION, SPE_CLASS_BRANCH, 2, 0x4a, 2);
	PACKET(SPE_COUNTER, SPE_COUNTER_TOTAL, 0x137, 0x98, 0x37, 0x01);
	PACKET(SPE_COUNTER, SPE_COUNTER_ISSUE, 5, 0x99, 5, 0);
	PACKET(SPE_COUNTER, SPE_COUNTER_TRANSLATION, 6, 0x9a, 6, 0);
	PACKET(SPE_COUNTER, 9, 6, 0x21, 0x99, 6, 0);
	PACKET(SPE_ADDRESS, SPE_ADDRESS_PC, PC, 0xb0, 0x34, 0x12, 0x40, 0, 0, 0, 0, 0);
	PACKET(SPE_ADDRESS, SPE_ADDRESS_DATA_PHYSICAL, 1, 0xb3, 1, 0, 0, 0, 0, 0, 0, 0);
	PACKET(SPE_ADDRESS, 26, 1, 0x23, 0xb2, 1, 0, 0, 0, 0, 0, 0, 0);
}

static void test_alignment(void)
{
	static const _Alignas(64) uint8_t bytes[64] = { [4] = 0x23, [15] = 0x20, [17] = 0x25 };
	static const struct {
		uint8_t at, length;
	} cases[] = { { 4, 12 }, { 15, 3 }, { 17, 47 } };
	struct spe_packet packet;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint8_t *at = bytes + cases[i].at;
		int length = spe_packet__read(&packet, at, bytes + sizeof(bytes));

		CHECK(length == cases[i].length && packet.kind == SPE_PADDING, "%d at %u", length,
		      cases[i].at);
		CHECK(!spe_packet__read(&packet, at, at + length - 1), "cut at %u", cases[i].at);
	}
}

/* Headers that the architecture does not define, each with enough bytes behind it. */
static void test_bad_headers(void)
{
	static const uint8_t bad[][2] = {
		{ 0x02, 0 },	{ 0x10, 0 },	{ 0x30, 0 },	{ 0x70, 0 },	{ 0x80, 0 },
		{ 0xc0, 0 },	{ 0xff, 0 },	{ 0x21, 0x71 }, { 0x22, 0x01 }, { 0x24, 0xb0 },
		{ 0x2f, 0x98 }, { 0x61, 0x12 }, { 0x68, 0x12 }, { 0xa8, 0x12 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint8_t bytes[16] = { bad[i][0], bad[i][1] };
		struct spe_packet packet;

		CHECK(spe_packet__read(&packet, bytes, bytes + sizeof(bytes)) == -EBADMSG,
		      "%#x %#x is a header", bytes[0], bytes[1]);
	}
}

static void test_load(void)
{
	struct spe_bytes b = { 0 };
	struct spe_record r;

	put_padding(&b, 64);
	put_load(&b, PC, ADDRESS, 0xe, 123456);
	r = only(&b);
	CHECK(r.fields == (SPE_HAS_PC | SPE_HAS_ADDRESS | SPE_HAS_EVENTS | SPE_HAS_OPERATION |
			   SPE_HAS_DATA_SOURCE | SPE_HAS_LATENCY | SPE_HAS_TIMESTAMP),
	      "fields %x", r.fields);
	CHECK(r.pc == PC && r.exception_level == 0 && r.address == ADDRESS, "%lx", r.address);
	CHECK(r.total_latency == 311 && r.events == 0x16 && r.data_source == 0xe, "%u",
	      r.total_latency);
	CHECK(r.timestamp == 123456 && r.operation_class == SPE_CLASS_LOAD_STORE, "%lu",
	      r.timestamp);
}

/* What one record tells is not that of the one before; branches and contexts are read over. */
static void test_records_in_a_row(void)
{
	struct spe_bytes b = { 0 };
	struct spe_reader reader;
	struct spe_record r;

	put_load(&b, PC, ADDRESS, 0xe, 1);
	put_packet(&b, HEADER_CONTEXT_EL1, 4242);
	put_packet(&b, HEADER_PC, PC + 4);
	put_packet(&b, HEADER_BRANCH, 1);
	put_packet(&b, HEADER_BRANCH_TARGET, PC + 64);
	put_byte(&b, HEADER_END);
	put_packet(&b, HEADER_DATA_PHYSICAL, 0x1000);
	put_packet(&b, HEADER_OTHER, 0);
	put_packet(&b, HEADER_TIMESTAMP, 3);
	reader = reader_of(&b);
	CHECK(spe_reader__next(&reader, &r) && r.timestamp == 1, "%lu", r.timestamp);
	CHECK(spe_reader__next(&reader, &r) && r.pc == PC + 4, "%lx", r.pc);
	CHECK(r.fields == (SPE_HAS_PC | SPE_HAS_OPERATION), "fields %x", r.fields);
	CHECK(spe_reader__next(&reader, &r) && r.timestamp == 3, "%lu", r.timestamp);
	CHECK(r.fields == (SPE_HAS_OPERATION | SPE_HAS_TIMESTAMP), "fields %x", r.fields);
	CHECK(!spe_reader__next(&reader, &r) && !reader.skipped, "skipped %lu", reader.skipped);
}

static void test_addresses(void)
{
	static const struct {
		uint64_t payload, address;
	} cases[] = {
		{ 0xb500000000001000, 0x1000 },		    /* a tag */
		{ 0x000f800000001000, 0x000f800000001000 }, /* 52 bits of user space */
		{ 0x00ff800000001000, 0xffff800000001000 }, /* the kernel's half */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct spe_bytes b = { 0 };

		put_packet(&b, HEADER_DATA_VIRTUAL, cases[i].payload);
		/* Not secure, EL1: bits 63, 62 and 61. */
		put_packet(&b, HEADER_PC, 0xa0ff800000401234);
		put_byte(&b, HEADER_END);
		CHECK(only(&b).address == cases[i].address, "%lx", only(&b).address);
		CHECK(only(&b).pc == 0xffff800000401234, "%lx", only(&b).pc);
		CHECK(only(&b).exception_level == 1, "EL%u", only(&b).exception_level);
	}
}

static void test_endless_padding(void)
{
	struct spe_bytes b = { .count = sizeof(b.data) };
	struct spe_reader reader = reader_of(&b);
	struct spe_record r;

	CHECK(!spe_reader__next(&reader, &r) && reader.at == reader.end, "a record of zeros");
	CHECK(!reader.skipped, "%lu bytes of zeros skipped", reader.skipped);
}

/* A load that ends too early is none, wherever it is cut; its bytes are counted. */
static void test_truncated(void)
{
	struct spe_bytes whole = { 0 };
	size_t last;

	put_load(&whole, PC, ADDRESS, 0, 1);
	put_load(&whole, PC, ADDRESS, 0, 2);
	/* The timestamp is the last packet: what follows is padding. */
	for (last = whole.count; whole.data[last - 9] != HEADER_TIMESTAMP; last--)
		;
	for (size_t cut = 64; cut < whole.count; cut++) {
		struct spe_bytes b = whole;
		struct spe_reader reader;
		struct spe_record r;
		bool second;

		b.count = cut;
		reader = reader_of(&b);
		CHECK(spe_reader__next(&reader, &r) && r.timestamp == 1, "cut at %zu", cut);
		second = spe_reader__next(&reader, &r);
		CHECK(second == (cut >= last), "cut at %zu of %zu", cut, last);
		CHECK(reader.skipped == (second ? 0 : cut - 64), "cut at %zu: %lu", cut,
		      reader.skipped);
	}
}

/* Nothing after a bad header is believed, and nothing before it is lost. */
static void test_resynchronisation(void)
{
	struct spe_bytes b = { 0 };
	struct spe_reader reader;
	struct spe_record r;

	put_load(&b, PC, ADDRESS, 0, 1);
	put_packet(&b, HEADER_PC, PC);
	put_byte(&b, 0xff);
	put_load(&b, PC, ADDRESS, 0, 2);
	reader = reader_of(&b);
	CHECK(spe_reader__next(&reader, &r) && r.timestamp == 1, "%lu", r.timestamp);
	CHECK(!spe_reader__next(&reader, &r), "record %lu after a bad header", r.timestamp);
	CHECK(reader.skipped == b.count - 64, "%lu of %zu", reader.skipped, b.count - 64);
	CHECK(!spe_reader__next(&reader, &r) && reader.skipped == b.count - 64, "counted twice");
}

static union perf_mem_data_src source_of(uint8_t operation, uint64_t events, int source,
					 bool neoverse)
{
	struct spe_bytes b = { 0 };
	struct spe_record r;

	put_packet(&b, HEADER_EVENTS_16, events);
	put_packet(&b, HEADER_LOAD_STORE, operation);
	if (source >= 0)
		put_packet(&b, HEADER_SOURCE_8, (uint64_t)source);
	put_byte(&b, HEADER_END);
	r = only(&b);
	return (union perf_mem_data_src){ .val = spe_record__data_source(&r, neoverse) };
}

static void test_operations(void)
{
	static const struct {
		uint8_t operation;
		uint32_t op, lock;
	} cases[] = {
		{ OPERATION_LOAD, PERF_MEM_OP_LOAD, PERF_MEM_LOCK_NA },
		{ OPERATION_STORE, PERF_MEM_OP_STORE, PERF_MEM_LOCK_NA },
		{ OPERATION_LOAD | 0x04, PERF_MEM_OP_LOAD, PERF_MEM_LOCK_NA }, /* of SIMD */
		{ OPERATION_ATOMIC, PERF_MEM_OP_LOAD | PERF_MEM_OP_STORE, PERF_MEM_LOCK_LOCKED },
		{ OPERATION_ATOMIC | 1, PERF_MEM_OP_LOAD | PERF_MEM_OP_STORE, PERF_MEM_LOCK_LOCKED },
		{ OPERATION_EXCLUSIVE, PERF_MEM_OP_LOAD, PERF_MEM_LOCK_NA },
		{ OPERATION_EXCLUSIVE | 1, PERF_MEM_OP_STORE, PERF_MEM_LOCK_NA },
	};
	struct spe_record other = { .fields = SPE_HAS_OPERATION, .operation_class = SPE_CLASS_BRANCH };
	union perf_mem_data_src src;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		src = source_of(cases[i].operation, 0, -1, true);
		CHECK(src.mem_op == cases[i].op && src.mem_lock == cases[i].lock, "operation %#x",
		      cases[i].operation);
	}
	src.val = spe_record__data_source(&other, true);
	CHECK(src.mem_op == PERF_MEM_OP_NA, "%u", (uint32_t)src.mem_op);
}

static void test_neoverse_sources(void)
{
	static const struct {
		int source;
		uint32_t level, number, peer, remote;
	} cases[] = {
		{ 0x0, HITS | PERF_MEM_LVL_L1, PERF_MEM_LVLNUM_L1, 0, 0 },
		{ 0x8, HITS | PERF_MEM_LVL_L2, PERF_MEM_LVLNUM_L2, 0, 0 },
		{ 0x9, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_ANY_CACHE, 1, 0 },
		{ 0xa, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_ANY_CACHE, 1, 0 },
		{ 0xb, HITS | PERF_MEM_LVL_L3, PERF_MEM_LVLNUM_L3, 0, 0 },
		{ 0xc, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_ANY_CACHE, 1, 0 },
		{ 0xd, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_NA, 0, 1 },
		{ 0xe, HITS | PERF_MEM_LVL_LOC_RAM, PERF_MEM_LVLNUM_RAM, 0, 0 },
		{ 0x5, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_NA, 0, 0 },
		{ -1, PERF_MEM_LVL_NA, PERF_MEM_LVLNUM_NA, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		union perf_mem_data_src src = source_of(OPERATION_LOAD, 0x4, cases[i].source, true);

		CHECK(src.mem_lvl == cases[i].level && src.mem_lvl_num == cases[i].number,
		      "source %d: level %#x, %u", cases[i].source, (uint32_t)src.mem_lvl,
		      (uint32_t)src.mem_lvl_num);
		CHECK(src.mem_snoopx == (cases[i].peer ? 2 : 0) && src.mem_remote == cases[i].remote,
		      "source %d", cases[i].source);
		CHECK(src.mem_snoop == PERF_MEM_SNOOP_NA, "source %d is HITM", cases[i].source);
	}
	CHECK(source_of(OPERATION_STORE, 0x4, 0, true).mem_lvl == PERF_MEM_LVL_NA, "of a store");
}

static void test_common_sources(void)
{
	static const struct {
		uint64_t events;
		uint32_t level, remote;
	} cases[] = {
		{ 0x004, HITS | PERF_MEM_LVL_L1, 0 }, /* L1D accessed */
		{ 0x00c, PERF_MEM_LVL_NA, 0 },	      /* and refilled, from somewhere */
		{ 0x10c, HITS | PERF_MEM_LVL_L3, 0 }, /* the last level accessed */
		{ 0x30c, PERF_MEM_LVL_NA, 0 },	      /* and missed */
		{ 0x70c, PERF_MEM_LVL_NA, 1 },	      /* another socket */
		{ 0x002, PERF_MEM_LVL_NA, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* The source means something else, unknown, on such a CPU. */
		union perf_mem_data_src src = source_of(OPERATION_LOAD, cases[i].events, 0x9, false);

		CHECK(src.mem_lvl == cases[i].level && src.mem_remote == cases[i].remote,
		      "events %#lx: level %#x", cases[i].events, (uint32_t)src.mem_lvl);
		CHECK(!src.mem_snoopx, "events %#lx: peer", cases[i].events);
	}
	CHECK(source_of(OPERATION_STORE, 0x4, -1, false).mem_lvl == PERF_MEM_LVL_NA, "of a store");
}

static void test_tlb(void)
{
	CHECK(source_of(0, 0x00, -1, true).mem_dtlb == PERF_MEM_TLB_NA, "no event");
	CHECK(source_of(0, 0x10, -1, true).mem_dtlb == PERF_MEM_TLB_HIT, "an access");
	CHECK(source_of(0, 0x30, -1, true).mem_dtlb == (PERF_MEM_TLB_MISS | PERF_MEM_TLB_WK),
	      "a walk");
}

/* The sanitizer sees reads past the end: each buffer is allocated to the byte. */
static void test_random_bytes(void)
{
	static const uint8_t headers[] = { 0x00, 0x01, 0x71, 0x42, 0x72, 0x43, 0x64, 0x49,
					   0x98, 0xb0, 0xb2, 0x20, 0x21, 0x2f, 0xff };
	uint32_t random = 1;

	for (uint32_t round = 0; round < 20000; round++) {
		size_t count = next_random(&random) % 200;
		uint8_t *bytes = malloc(count ? count : 1);
		struct spe_reader reader = { .at = bytes, .end = bytes + count };
		struct spe_record r;
		size_t records = 0;

		for (size_t i = 0; i < count; i++)
			bytes[i] = next_random(&random) & 1
					   ? headers[next_random(&random) % sizeof(headers)]
					   : (uint8_t)next_random(&random);
		while (spe_reader__next(&reader, &r)) {
			records++;
			spe_record__data_source(&r, round & 1);
		}
		CHECK(reader.at == reader.end && reader.skipped <= count, "round %u", round);
		CHECK(records + reader.skipped <= count, "%zu records in round %u", records, round);
		free(bytes);
	}
}

int main(void)
{
	test_packets();
	test_alignment();
	test_bad_headers();
	test_load();
	test_records_in_a_row();
	test_addresses();
	test_endless_padding();
	test_truncated();
	test_resynchronisation();
	test_operations();
	test_neoverse_sources();
	test_common_sources();
	test_tlb();
	test_random_bytes();
	return 0;
}
