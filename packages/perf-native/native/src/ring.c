/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "atomics.h"
#include "error.h"

static void put_u32(struct ring *r, size_t offset, uint32_t value)
{
	memcpy(r->memory + offset, &value, sizeof(value));
}

int ring_open(struct ring *r, const char *name, uint32_t capacity, uint64_t epoch_ns)
{
	int fd, err;

	if (!capacity || capacity & (capacity - 1))
		return fail(-EINVAL, "%s: %u records is not a power of two", name, capacity);
	memset(r, 0, sizeof(*r));
	r->bytes = HFTMON_RING_HEADER_BYTES + (size_t)capacity * HFTMON_RECORD_BYTES;
	r->mask = capacity - 1;
	fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "%s: memfd_create", name);
	if (ftruncate(fd, (off_t)r->bytes)) {
		err = -errno;
		close(fd);
		return fail(err, "%s: no room for %zu bytes", name, r->bytes);
	}
	r->memory = mmap(NULL, r->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	err = -errno;
	close(fd); /* the mapping keeps the memory */
	if (r->memory == MAP_FAILED) {
		r->memory = NULL;
		return fail(err, "%s: mmap of %zu bytes", name, r->bytes);
	}
	r->records = (void *)(r->memory + HFTMON_RING_HEADER_BYTES);
	put_u32(r, HFTMON_RING_MAGIC_OFFSET, HFTMON_RING_MAGIC);
	put_u32(r, HFTMON_RING_VERSION_OFFSET, HFTMON_RING_VERSION);
	put_u32(r, HFTMON_RING_CAPACITY_OFFSET, capacity);
	put_u32(r, HFTMON_RING_RECORD_BYTES_OFFSET, HFTMON_RECORD_BYTES);
	memcpy(r->memory + HFTMON_RING_EPOCH_OFFSET, &epoch_ns, sizeof(epoch_ns));
	return 0;
}

void ring_close(struct ring *r)
{
	if (r->memory)
		munmap(r->memory, r->bytes);
	memset(r, 0, sizeof(*r));
}

void ring_claim(struct ring *r, uint32_t n)
{
	store_relaxed_u32(r->memory + HFTMON_RING_INTENT_OFFSET, r->head + n);
	/* A reader that sees any of the new bytes must see the intent. */
	fence_full();
}

void ring_publish(struct ring *r, uint32_t n)
{
	r->head += n;
	store_release_u32(r->memory + HFTMON_RING_HEAD_OFFSET, r->head);
}

const struct hftmon_record *ring_peek(struct ring *r)
{
	uint32_t head = load_acquire_u32(r->memory + HFTMON_RING_HEAD_OFFSET);

	return head == r->tail ? NULL : ring_slot(r, r->tail);
}

void ring_consumed(struct ring *r)
{
	r->tail++;
	store_release_u32(r->memory + HFTMON_RING_TAIL_OFFSET, r->tail);
}

struct hftmon_record *ring_offer(struct ring *r)
{
	unsigned char *refused = r->memory + HFTMON_RING_REFUSED_OFFSET;

	if (r->head - load_acquire_u32(r->memory + HFTMON_RING_TAIL_OFFSET) <= r->mask)
		return ring_slot(r, r->head);
	/* We alone write it. */
	store_release_u64(refused, load_acquire_u64(refused) + 1);
	return NULL;
}
