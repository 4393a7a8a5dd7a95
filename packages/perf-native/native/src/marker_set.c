/* SPDX-License-Identifier: MIT */
#include "marker_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "atomics.h"
#include "error.h"
#include "marker_find.h"
#include "marker_owner.h"

#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* A ring this full (1/8) should be looked at sooner. */
#define CROWDED_SHIFT 3

static bool is_read(const struct hftmon_markers *m, uint32_t i)
{
	return load_acquire_u32(&m->areas[i].state) == MARKER_READ;
}

static void look(void *self)
{
	struct hftmon_markers *m = self;

	m->busy_count = m->turn = 0;
	for (uint32_t i = 0; i < HFTMON_MARKER_AREAS; i++)
		if (is_read(m, i) && marker_reader_look(&m->areas[i].reader))
			m->busy[m->busy_count++] = i;
}

static uint32_t take(void *self, struct hftmon_record *out, uint32_t most)
{
	struct hftmon_markers *m = self;

	for (; m->turn < m->busy_count; m->turn++) {
		struct marker_reader *reader = &m->areas[m->busy[m->turn]].reader;
		uint32_t n = marker_reader_take(reader, out, most);

		if (n)
			return n;
	}
	return 0;
}

static bool crowded(const void *self)
{
	const struct hftmon_markers *m = self;

	for (uint32_t i = 0; i < HFTMON_MARKER_AREAS; i++)
		if (is_read(m, i) && marker_reader_is_crowded(&m->areas[i].reader, CROWDED_SHIFT))
			return true;
	return false;
}

struct pump_source marker_set_source(struct hftmon_markers *m)
{
	return (struct pump_source){ .self = m, .look = look, .take = take, .crowded = crowded };
}

int marker_set_open(struct hftmon_markers *m, struct pump *pump, uint64_t epoch_ns)
{
	m->pump = pump;
	m->epoch_ns = epoch_ns;
	m->stats_bytes = HFTMON_MARKER_AREAS * sizeof(*m->stats);
	m->stats = mmap(NULL, m->stats_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	if (m->stats != MAP_FAILED)
		return 0;
	m->stats = NULL;
	return fail(-errno, "accounts of marker areas");
}

static void release(struct hftmon_markers *m, uint32_t i)
{
	marker_area_close(&m->areas[i].reader.area);
	free(m->areas[i].proc_root);
	m->areas[i].proc_root = NULL;
}

void marker_set_close(struct hftmon_markers *m)
{
	for (uint32_t i = 0; i < HFTMON_MARKER_AREAS; i++)
		release(m, i);
	if (m->stats)
		munmap(m->stats, m->stats_bytes);
	m->stats = NULL;
}

static bool is_same(const struct marker_area *a, const struct marker_area *b)
{
	return a->device == b->device && a->inode == b->inode;
}

/* Returns the index of a free place, or -errno. */
static int find_place(const struct hftmon_markers *m, const struct marker_area *area)
{
	int place = -1;

	for (uint32_t i = 0; i < HFTMON_MARKER_AREAS; i++) {
		if (is_read(m, i) && is_same(&m->areas[i].reader.area, area))
			return fail(-EALREADY, "it is read already");
		if (place < 0 && !is_read(m, i))
			place = (int)i;
	}
	return place < 0 ? fail(-ENOSPC, "%d areas are read already", HFTMON_MARKER_AREAS) : place;
}

/* Does the writer tell the time by the clock that it names? */
static int check_clock(struct marker_reader *reader, const char *proc_root)
{
	const struct hftmon_marker_header *h = &reader->area.header;
	double start_ns, written_ns, off, age;

	if (h->clock != HFTMON_MARKER_CLOCK_MONOTONIC &&
	    h->clock != marker_clock_host_type(CLOCK_SOURCE))
		return reject("its clock is of type %u, which this host does not tell the time by",
			    h->clock);
	if (h->clock == HFTMON_MARKER_CLOCK_MONOTONIC &&
	    !marker_owner_shares_clock(proc_root, reader->tids.pid))
		return reject("its clock is that of another time namespace");
	start_ns = marker_clock_ns(&reader->clock, h->start_counter);
	written_ns = (double)(int64_t)(h->start_ns - reader->clock.epoch_ns);
	off = start_ns - written_ns;
	age = reader->clock.now.ns - written_ns;
	/* In a time namespace of its own the process sees another CLOCK_MONOTONIC, by an offset. */
	if (marker_owner_shares_clock(proc_root, reader->tids.pid) &&
	    !((off < 0 ? -off : off) <= 1e7 + (age < 0 ? -age : age) * 1e-3))
		return reject("its clock was off by %.0f us when it was made", off / 1000);
	return 0;
}

static int prepare(struct hftmon_markers *m, struct marker_reader *reader, const char *proc_root)
{
	struct marker_owner owner;
	int err = marker_owner_read(&owner, proc_root, reader->tids.pid);

	if (err)
		return err;
	reader->tids.nested = owner.inner_pid != reader->tids.pid;
	if (reader->area.header.clock == m->clock.type) {
		/* Known for as long as areas are looked for, so that older marks have true times, too. */
		reader->clock = m->clock;
		marker_clock_look(&reader->clock);
	} else {
		marker_clock_open(&reader->clock, reader->area.header.clock, m->epoch_ns);
	}
	return check_clock(reader, proc_root);
}

int hftmon_markers__find(hftmon_markers *m, const char *proc_root, uint32_t pid, uint32_t *fds,
			 uint64_t *inodes, uint32_t most)
{
	if (!m->clock.type)
		marker_clock_open(&m->clock, marker_clock_host_type(CLOCK_SOURCE), m->epoch_ns);
	return marker_find(proc_root, pid, fds, inodes, most);
}

int hftmon_markers__open(hftmon_markers *m, const char *proc_root, uint32_t pid, uint32_t fd,
			 uint64_t since_ns)
{
	struct marker_reader reader = {
		.tids = { .pid = pid },
		.since_ns = (double)(int64_t)(since_ns - m->epoch_ns),
	};
	int err = marker_area_open(&reader.area, proc_root, pid, fd), place;

	if (err)
		return err;
	place = find_place(m, &reader.area);
	err = place < 0 ? place : prepare(m, &reader, proc_root);
	if (!err) {
		m->areas[place].proc_root = strdup(proc_root);
		err = m->areas[place].proc_root ? 0 : fail(-ENOMEM, "%s", proc_root);
	}
	if (err) {
		marker_area_close(&reader.area);
		return err;
	}
	reader.tids.proc_root = m->areas[place].proc_root;
	reader.stats = &m->stats[place];
	memset(reader.stats, 0, sizeof(*reader.stats));
	reader.stats->origin = ++m->origins;
	reader.stats->clock = reader.area.header.clock;
	marker_reader_start(&reader);
	m->areas[place].reader = reader;
	store_release_u32(&m->areas[place].state, MARKER_READ);
	return place;
}

int hftmon_markers__close(hftmon_markers *m, uint32_t index)
{
	if (index >= HFTMON_MARKER_AREAS || !is_read(m, index))
		return fail(-ENOENT, "no marker area %u", index);
	pump_flush(m->pump);
	store_release_u32(&m->areas[index].state, MARKER_FREE);
	pump_flush(m->pump);
	marker_reader_end(&m->areas[index].reader);
	release(m, index);
	return 0;
}

int hftmon_markers__name(hftmon_markers *m, uint32_t index, uint32_t id, char *out)
{
	const unsigned char *names;

	if (index >= HFTMON_MARKER_AREAS || !is_read(m, index) || id >= HFTMON_MARKER_NAMES)
		return fail(-ENOENT, "no name %u in marker area %u", id, index);
	names = m->areas[index].reader.area.memory + m->areas[index].reader.area.header.names_offset;
	memcpy(out, names + id * HFTMON_MARKER_NAME_BYTES, HFTMON_MARKER_NAME_BYTES);
	out[HFTMON_MARKER_NAME_BYTES - 1] = '\0';
	return (int)strlen(out);
}
