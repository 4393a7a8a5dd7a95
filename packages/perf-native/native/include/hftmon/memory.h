/* SPDX-License-Identifier: MIT */
/*
 * Queries about the memory of another process. They need the right to ptrace it: -EPERM without,
 * -ESRCH when it is gone. Nothing of the target changes. Addresses are doubles, which hold every
 * user address exactly (they end below 2^53) and spare JavaScript its 64-bit integers.
 */
#ifndef HFTMON_MEMORY_H
#define HFTMON_MEMORY_H

#include <stdint.h>

#include "hftmon/hftmon.h"

/*
 * Copies ranges of a process one after the other into `buffer`, each to a place of its full
 * length. results[i] is the bytes copied, fewer than asked where the memory ends, or -EFAULT when
 * there is none. Returns the ranges copied as a whole. -ENOBUFS: the buffer is too small.
 */
HFTMON_API int hftmon_memory__read(uint32_t pid, const double *addresses, const uint32_t *lengths,
				   int32_t *results, uint32_t count, uint8_t *buffer,
				   uint64_t buffer_bytes);

/*
 * NUMA node of each page by an address in it: the node, -ENOENT for a page that is not present,
 * -EFAULT for an address without a mapping (or the zero page). Returns the pages present.
 */
HFTMON_API int hftmon_memory__nodes(uint32_t pid, const double *addresses, int32_t *nodes,
				    uint32_t count);

#endif
