/* SPDX-License-Identifier: MIT */
#include "samples_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "atomics.h"

int perf_event__open(const struct perf_event_attr *attr, uint32_t tid, int group_fd)
{
	int fd;

	if (!tid)
		return -ESRCH;
	fd = (int)syscall(SYS_perf_event_open, attr, (pid_t)tid, -1, group_fd,
			  PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int perf_ring__map(struct perf_ring *ring, int fd, uint32_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	ring->page = memory;
	ring->data = (const uint8_t *)memory + page;
	ring->bytes = pages * page;
	return 0;
}

void perf_ring__unmap(struct perf_ring *ring)
{
	if (ring->page)
		munmap(ring->page, (size_t)(ring->data - (const uint8_t *)ring->page) + ring->bytes);
	ring->page = NULL;
}

static const struct perf_event_header *whole(struct perf_ring *ring, uint64_t at, uint16_t size)
{
	const struct perf_event_header *header = (const void *)(ring->data + at);
	uint64_t before_end = ring->bytes - at;

	if (size <= before_end)
		return header;
	memcpy(ring->whole, header, before_end);
	memcpy(ring->whole + before_end, ring->data, size - before_end);
	return (const void *)ring->whole;
}

const struct perf_event_header *perf_ring__next(struct perf_ring *ring)
{
	uint64_t head = load_acquire_u64(&ring->page->data_head);

	for (;;) {
		uint64_t at = ring->next & (ring->bytes - 1);
		/* Records are multiples of 8 bytes, so a header never wraps around. */
		const struct perf_event_header *header = (const void *)(ring->data + at);

		if (ring->tail != ring->next) {
			/* The kernel may overwrite all before this. */
			store_release_u64(&ring->page->data_tail, ring->next);
			ring->tail = ring->next;
		}
		if (ring->tail == head)
			return NULL;
		ring->next = ring->tail + header->size;
		if (header->size <= PERF_RECORD_MOST)
			return whole(ring, at, header->size);
		ring->skipped++;
	}
}
