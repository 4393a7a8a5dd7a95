/* SPDX-License-Identifier: MIT */
#ifndef HFTMON_MARKER_FIND_H
#define HFTMON_MARKER_FIND_H

#include <stdint.h>

/* As hftmon_markers__find(). */
int marker_find(const char *proc_root, uint32_t pid, uint32_t *fds, uint64_t *inodes,
		uint32_t most);

#endif
