/* SPDX-License-Identifier: MIT */
/*
 * Marks of this very process, read while they are written. Argument: `honest`, with losses told
 * exactly; `hostile`, with random bytes all over what a writer may change.
 */
#include "../../../marker/include/hftmon_marker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "marker_reader.h"

#define SPANS 300000u
#define ROUNDS 3000
#define ROOM 256

static hftmon_marker_name work = HFTMON_MARKER_NAME("work");
static const struct hftmon_marker_options sizes = { 8, 1024 };
static struct hftmon_marker_stats stats;
static struct marker_reader reader = { .tids = { .proc_root = "/proc" }, .stats = &stats };
static uint64_t last_id, seen;
static int done;

static void finish(void)
{
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

static void open_area(int fd)
{
	reader.tids.pid = (uint32_t)getpid();
	CHECK(!marker_area_open(&reader.area, "/proc", (uint32_t)getpid(), (uint32_t)fd), "%s",
	      hftmon_last_error());
	marker_clock_open(&reader.clock, reader.area.header.clock, 0);
	marker_reader_start(&reader);
}

static void check_record(const struct hftmon_record *r)
{
	uint64_t id = r->w[HFTMON_SPAN_ID] | (uint64_t)r->w[HFTMON_SPAN_ID + 1] << 32;

	CHECK(r->kind == HFTMON_SPAN, "kind %u", r->kind);
	CHECK(r->duration >= 0, "%f ns", r->duration);
	CHECK(id > last_id && id <= SPANS, "%llu after %llu", (unsigned long long)id, (unsigned long long)last_id);
	last_id = id;
}

static void read_all(int honest)
{
	struct hftmon_record records[ROOM];
	uint32_t n;

	marker_reader_look(&reader);
	while ((n = marker_reader_take(&reader, records, ROOM))) {
		CHECK(n <= ROOM, "%u records", n);
		for (uint32_t i = 0; honest && i < n; i++)
			check_record(&records[i]);
		seen += n;
	}
}

static void *mark(void *unused)
{
	for (uint64_t id = 1; id <= SPANS; id++) {
		hftmon_marker_begin(&work, id);
		hftmon_marker_end(&work, id);
	}
	finish();
	return unused;
}

static void run(void *(*writer)(void *), int honest)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, writer, NULL), "no thread");
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		read_all(honest);
	pthread_join(thread, NULL);
	read_all(honest);
	marker_reader_end(&reader);
	CHECK(seen == stats.spans + stats.instants, "%llu seen", (unsigned long long)seen);
	marker_area_close(&reader.area);
}

static void test_honest(void)
{
	CHECK(!hftmon_marker_init(&sizes), "no area");
	open_area(hftmon_marker_state_.fd);
	run(mark, 1);
	CHECK(stats.marks + stats.lost == 2 * (uint64_t)SPANS, "%llu marks, %llu lost", (unsigned long long)stats.marks,
	      (unsigned long long)stats.lost);
	CHECK(!stats.garbage, "%llu of no writer", (unsigned long long)stats.garbage);
	CHECK(!stats.clock_errors, "%llu at wrong times", (unsigned long long)stats.clock_errors);
	CHECK(!stats.overlapping, "%llu overlap", (unsigned long long)stats.overlapping);
	CHECK(!stats.open, "%llu are open", (unsigned long long)stats.open);
	CHECK(last_id == SPANS, "the last was %llu", (unsigned long long)last_id);
}

static unsigned char *area;
static uint64_t area_bytes;

static void *scribble(void *unused)
{
	const struct hftmon_marker_header *h = (const void *)area;
	uint32_t random = 1;
	const uint64_t from = offsetof(struct hftmon_marker_header, name_count);
	struct hftmon_marker_slot *slots = (void *)(area + h->slots_offset);

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 4000; i++) {
			uint64_t end = i % 2 ? area_bytes : h->rings_offset;

			area[from + next_random(&random) % (end - from)] = (unsigned char)next_random(&random);
			/* Heads that go on a little, over marks that are noise. */
			if (i % 5 == 0)
				slots[next_random(&random) % sizes.threads].head += next_random(&random) % 1000;
		}
	}
	finish();
	return unused;
}

static void test_hostile(void)
{
	const struct hftmon_marker_header *honest;
	int fd = memfd_create(HFTMON_MARKER_FILE, MFD_ALLOW_SEALING | MFD_CLOEXEC);

	CHECK(!hftmon_marker_init(&sizes) && fd >= 0, "no area");
	honest = hftmon_marker_header_(hftmon_marker_state_.local);
	area_bytes = honest->area_bytes;
	CHECK(!ftruncate(fd, (off_t)area_bytes), "no room");
	area = mmap(NULL, area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(area != MAP_FAILED, "no mapping");
	memcpy(area, honest, honest->rings_offset);
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), "no seals");
	open_area(fd);
	/* As in a pid namespace, so that threads are looked for in vain. */
	reader.tids.nested = true;
	run(scribble, 0);
	CHECK(stats.garbage > 100, "%llu", (unsigned long long)stats.garbage);
	munmap(area, area_bytes);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "hostile"))
		test_hostile();
	else
		test_honest();
	return 0;
}
