/* SPDX-License-Identifier: MIT */
#include "spe_buffer.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "atomics.h"
#include "hftmon/samples.h"

uint64_t spe_buffer__aux_bytes(void)
{
	uint64_t least = 2 * (uint64_t)sysconf(_SC_PAGESIZE);

	return least > HFTMON_SAMPLES_AUX_BYTES ? least : HFTMON_SAMPLES_AUX_BYTES;
}

int spe_buffer__map(struct spe_buffer *buffer, int fd, uint32_t ring_pages)
{
	uint64_t bytes = spe_buffer__aux_bytes();
	int err = perf_ring__map(&buffer->ring, fd, ring_pages);
	struct perf_event_mmap_page *page = buffer->ring.page;
	void *data;

	if (err)
		return err;
	/* The kernel takes place and size of the area from the page. */
	page->aux_offset = buffer->ring.bytes + (uint64_t)sysconf(_SC_PAGESIZE);
	page->aux_size = bytes;
	/* Writable: else the kernel would overwrite what has not been read. */
	data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)page->aux_offset);
	if (data == MAP_FAILED) {
		err = -errno;
		perf_ring__unmap(&buffer->ring);
		return err;
	}
	buffer->data = data;
	buffer->bytes = bytes;
	return 0;
}

void spe_buffer__unmap(struct spe_buffer *buffer)
{
	if (buffer->data)
		munmap((void *)(uintptr_t)buffer->data, buffer->bytes);
	buffer->data = NULL;
	perf_ring__unmap(&buffer->ring);
}

uint64_t spe_buffer__head(const struct spe_buffer *buffer)
{
	return load_acquire_u64(&buffer->ring.page->aux_head);
}

bool spe_buffer__holds(const struct spe_buffer *buffer, const struct aux_record *chunk)
{
	uint64_t from = chunk->offset - buffer->tail;

	return chunk->size <= buffer->bytes && from <= buffer->bytes - chunk->size;
}

void spe_buffer__give_back(struct spe_buffer *buffer, uint64_t tail)
{
	if (tail == buffer->tail)
		return;
	buffer->tail = tail;
	store_release_u64(&buffer->ring.page->aux_tail, tail);
}
