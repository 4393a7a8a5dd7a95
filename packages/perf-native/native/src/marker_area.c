/* SPDX-License-Identifier: MIT */
#include "marker_area.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "atomics.h"
#include "error.h"
#include "hftmon/markers.h"
#include "marker_owner.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW)

/*
 * Looks at what it is before it is opened for reading: opening a FIFO or a device has effects.
 * Returns a descriptor or -errno.
 */
static int open_file(const char *proc_root, uint32_t pid, uint32_t number, struct stat *file)
{
	char path[4096];
	struct statfs system;
	int handle, fd;

	if (snprintf(path, sizeof(path), "%s/%u/fd/%u", proc_root, pid, number) >= (int)sizeof(path))
		return fail(-ENAMETOOLONG, "%s", proc_root);
	handle = open(path, O_PATH | O_CLOEXEC);
	if (handle < 0)
		return fail(-errno, "%s", path);
	if (fstat(handle, file) || fstatfs(handle, &system)) {
		fd = fail(-errno, "%s", path);
	} else if (!S_ISREG(file->st_mode) || system.f_type != TMPFS_MAGIC) {
		fd = reject("it is not memory made by memfd_create");
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fd = fail(-errno, "%s", path);
	}
	close(handle);
	return fd;
}

static uint64_t to_page(uint64_t bytes)
{
	return (bytes + HFTMON_MARKER_PAGE - 1) & ~(uint64_t)(HFTMON_MARKER_PAGE - 1);
}

static int check_layout(const struct hftmon_marker_header *h, uint64_t bytes)
{
	uint64_t ring = to_page((uint64_t)h->ring_marks * sizeof(struct hftmon_marker_mark));
	uint64_t slots = sizeof(*h) + HFTMON_MARKER_NAMES * HFTMON_MARKER_NAME_BYTES;
	uint64_t rings = to_page(slots + (uint64_t)h->thread_capacity *
						 sizeof(struct hftmon_marker_slot));

	if (h->magic != HFTMON_MARKER_MAGIC)
		return reject("it does not begin as a marker area does");
	if (h->version != HFTMON_MARKER_VERSION)
		return reject("it is of version %u, and this monitor reads version %u",
			    h->version, HFTMON_MARKER_VERSION);
	if (h->header_bytes != sizeof(*h) || h->name_bytes != HFTMON_MARKER_NAME_BYTES ||
	    h->slot_bytes != sizeof(struct hftmon_marker_slot) ||
	    h->mark_bytes != sizeof(struct hftmon_marker_mark))
		return reject("its parts have sizes that version %u does not have",
			    HFTMON_MARKER_VERSION);
	if (h->name_capacity != HFTMON_MARKER_NAMES || !h->thread_capacity ||
	    h->thread_capacity > HFTMON_MARKER_MOST_THREADS || h->ring_marks < 64 ||
	    h->ring_marks > HFTMON_MARKER_MOST_MARKS || h->ring_marks & (h->ring_marks - 1))
		return reject("%u names, %u threads or %u marks are out of range",
			    h->name_capacity, h->thread_capacity, h->ring_marks);
	if (h->names_offset != sizeof(*h) || h->slots_offset != slots || h->rings_offset != rings)
		return reject("its parts are not where version %u has them",
			    HFTMON_MARKER_VERSION);
	if (h->area_bytes != bytes || bytes != rings + h->thread_capacity * ring)
		return reject("it has %llu bytes, and its header says %llu",
			    (unsigned long long)bytes, (unsigned long long)h->area_bytes);
	return 0;
}

static int check_file(int fd, const struct stat *file, const struct marker_owner *owner)
{
	int seals = fcntl(fd, F_GET_SEALS);

	if (file->st_uid != owner->uid && file->st_uid != owner->euid && file->st_uid != 0)
		return reject("it belongs to user %u, the process to user %u",
			    file->st_uid, owner->euid);
	if (seals < 0 || (seals & SEALS) != SEALS)
		return reject("it can be cut short: the seals against that are missing");
	if ((uint64_t)file->st_size < sizeof(struct hftmon_marker_header))
		return reject("%lld bytes are too few", (long long)file->st_size);
	if ((uint64_t)file->st_size > HFTMON_MARKER_MOST_BYTES)
		return reject("%lld bytes are too many", (long long)file->st_size);
	return 0;
}

static int map(struct marker_area *area, int fd, uint64_t bytes, const struct marker_owner *owner)
{
	struct hftmon_marker_header *h = &area->header;
	int err;

	if (pread(fd, h, sizeof(*h), 0) != sizeof(*h))
		return reject("its header can't be read");
	if (h->magic == HFTMON_MARKER_MAGIC && h->pid != owner->inner_pid)
		return fail(-ESRCH, "it belongs to process %u", h->pid);
	err = check_layout(h, bytes);
	if (err)
		return err;
	area->memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (area->memory == MAP_FAILED) {
		area->memory = NULL;
		return fail(-errno, "mapping %llu bytes", (unsigned long long)bytes);
	}
	area->rings = calloc(h->thread_capacity, sizeof(*area->rings));
	if (!area->rings)
		return fail(-ENOMEM, "accounts of %u threads", h->thread_capacity);
	return 0;
}

int marker_area_open(struct marker_area *area, const char *proc_root, uint32_t pid, uint32_t number)
{
	struct marker_owner owner;
	struct stat file;
	int fd, err;

	memset(area, 0, sizeof(*area));
	err = marker_owner_read(&owner, proc_root, pid);
	if (err)
		return err;
	fd = open_file(proc_root, pid, number, &file);
	if (fd < 0)
		return fd;
	area->device = (uint64_t)file.st_dev;
	area->inode = (uint64_t)file.st_ino;
	err = check_file(fd, &file, &owner);
	if (!err)
		err = map(area, fd, (uint64_t)file.st_size, &owner);
	close(fd); /* the mapping keeps the memory */
	if (err)
		marker_area_close(area);
	return err;
}

void marker_area_close(struct marker_area *area)
{
	if (area->memory)
		munmap((void *)(uintptr_t)area->memory, area->header.area_bytes);
	free(area->rings);
	area->memory = NULL;
	area->rings = NULL;
	area->used = 0;
}

const struct hftmon_marker_header *marker_area_live(const struct marker_area *area)
{
	return (const void *)area->memory;
}

const struct hftmon_marker_slot *marker_area_slot(const struct marker_area *area, uint32_t i)
{
	return (const struct hftmon_marker_slot *)(const void *)(area->memory +
								 area->header.slots_offset) + i;
}

uint32_t marker_area_grow(struct marker_area *area)
{
	uint64_t step = to_page((uint64_t)area->header.ring_marks * sizeof(struct hftmon_marker_mark));
	uint32_t used = load_acquire_u32(&marker_area_live(area)->used_slots), before = area->used;

	if (used > area->header.thread_capacity)
		used = area->header.thread_capacity;
	for (; area->used < used; area->used++) {
		struct marker_ring *ring = &area->rings[area->used];

		ring->slot = marker_area_slot(area, area->used);
		ring->marks = (const void *)(area->memory + area->header.rings_offset +
					     area->used * step);
	}
	return area->used - before;
}
