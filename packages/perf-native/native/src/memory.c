/* SPDX-License-Identifier: MIT */
#include "hftmon/memory.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "error.h"

/* Ranges per system call; the kernel takes 1024 (UIO_MAXIOV), which would not fit the stack well. */
#define RANGES 256
#define PAGES 512
/* What the kernel copies in one call at most (MAX_RW_COUNT); it says nothing of what it leaves out. */
#define MOST_BYTES 0x7ffff000u

/* Where doubles stop to be exact; also refuses NaN and negative ones. */
static int is_address(double address)
{
	return address >= 0 && address < 9007199254740992.0;
}

struct reading {
	pid_t pid;
	const double *addresses;
	const uint32_t *lengths;
	int32_t *results;
	uint8_t *to; /* of the next range */
	int whole;
};

static uint32_t gather(const struct reading *r, uint32_t from, uint32_t count, struct iovec *remote,
		       size_t *bytes)
{
	uint32_t n = 0;

	*bytes = 0;
	while (n < RANGES && from + n < count && is_address(r->addresses[from + n]) &&
	       *bytes + r->lengths[from + n] <= MOST_BYTES) {
		remote[n].iov_base = (void *)(uintptr_t)(uint64_t)r->addresses[from + n];
		remote[n].iov_len = r->lengths[from + n];
		*bytes += r->lengths[from + n];
		n++;
	}
	return n;
}

static void refuse(struct reading *r, uint32_t i)
{
	r->results[i] = -EFAULT;
	r->to += r->lengths[i];
}

/*
 * Spreads `got` bytes over ranges from `first`. The kernel stops at the first byte that it can't
 * read, so what it copied is whole ranges and perhaps a part. Returns the first range without any.
 */
static uint32_t spread(struct reading *r, uint32_t first, uint32_t n, size_t got)
{
	for (uint32_t i = first; i < first + n; i++) {
		if (got < r->lengths[i]) {
			if (!got)
				return i;
			r->results[i] = (int32_t)got;
			r->to += r->lengths[i];
			return i + 1;
		}
		r->results[i] = (int32_t)r->lengths[i];
		r->to += r->lengths[i];
		got -= r->lengths[i];
		r->whole++;
	}
	return first + n;
}

/* Reads ranges from `from` as far as one system call goes. Returns the next to read, or -errno. */
static int64_t read_some(struct reading *r, uint32_t from, uint32_t count)
{
	struct iovec remote[RANGES], local;
	size_t bytes;
	uint32_t n = gather(r, from, count, remote, &bytes);
	uint32_t next;
	ssize_t got;

	if (!n) {
		refuse(r, from);
		return from + 1;
	}
	local = (struct iovec){ r->to, bytes };
	got = bytes ? process_vm_readv(r->pid, &local, 1, remote, n, 0) : 0;
	if (got < 0 && errno != EFAULT)
		return -errno;
	next = spread(r, from, n, got < 0 ? 0 : (size_t)got);
	if (next < from + n && (got < 0 || next == from))
		refuse(r, next++);
	return next;
}

static int check_lengths(const uint32_t *lengths, uint32_t count, uint64_t buffer_bytes)
{
	uint64_t needed = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (lengths[i] > MOST_BYTES)
			return fail(-EINVAL, "a range of %u bytes", lengths[i]);
		needed += lengths[i];
	}
	if (needed > buffer_bytes)
		return fail(-ENOBUFS, "ranges of %llu bytes, a buffer of %llu",
			    (unsigned long long)needed, (unsigned long long)buffer_bytes);
	return 0;
}

int hftmon_memory__read(uint32_t pid, const double *addresses, const uint32_t *lengths,
			int32_t *results, uint32_t count, uint8_t *buffer, uint64_t buffer_bytes)
{
	struct reading r = { .pid = (pid_t)pid, .addresses = addresses, .lengths = lengths,
			     .results = results, .to = buffer };
	int err = check_lengths(lengths, count, buffer_bytes);

	if (err)
		return err;
	for (int64_t next = 0; next < count;) {
		next = read_some(&r, (uint32_t)next, count);
		if (next < 0)
			return fail((int)next, "reading the memory of process %u", pid);
	}
	return r.whole;
}

static int query_nodes(uint32_t pid, const double *addresses, int32_t *nodes, uint32_t n)
{
	void *pages[PAGES];
	int present = 0;

	/* Address 0 is never mapped, as what is no address isn't. */
	for (uint32_t i = 0; i < n; i++)
		pages[i] = is_address(addresses[i]) ? (void *)(uintptr_t)(uint64_t)addresses[i] : 0;
	if (syscall(SYS_move_pages, pid, (unsigned long)n, pages, NULL, nodes, 0) < 0)
		return -errno;
	for (uint32_t i = 0; i < n; i++)
		present += nodes[i] >= 0;
	return present;
}

int hftmon_memory__nodes(uint32_t pid, const double *addresses, int32_t *nodes, uint32_t count)
{
	int present = 0;

	/* 0 would be the caller itself. */
	if (!pid)
		return fail(-ESRCH, "page placement of process 0");
	for (uint32_t at = 0; at < count; at += PAGES) {
		uint32_t n = count - at < PAGES ? count - at : PAGES;
		int found = query_nodes(pid, addresses + at, nodes + at, n);

		if (found < 0)
			return fail(found, "page placement of process %u", pid);
		present += found;
	}
	return present;
}
