/* SPDX-License-Identifier: MIT */
/* An area of another process: opened, checked and mapped read-only. Nothing in it is trusted. */
#ifndef HFTMON_MARKER_AREA_H
#define HFTMON_MARKER_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "marker_clock.h"
#include "marker_layout.h"
#include "marker_ring.h"

struct marker_area {
	const unsigned char *memory;
	struct hftmon_marker_header header; /* a copy: what was checked is what is used */
	uint64_t device;
	uint64_t inode;
	struct marker_ring *rings; /* thread_capacity of them */
	uint32_t used;		   /* slots that were ever taken */
};

/*
 * Maps the descriptor of a process. 0; -ESRCH when a forked child inherited it; -EBADMSG with the
 * reason when it is no area to be read; -errno.
 */
int marker_area_open(struct marker_area *area, const char *proc_root, uint32_t pid, uint32_t fd);
void marker_area_close(struct marker_area *area);
const struct hftmon_marker_header *marker_area_live(const struct marker_area *area);
const struct hftmon_marker_slot *marker_area_slot(const struct marker_area *area, uint32_t i);
/* Takes in slots that were taken since. Returns how many. */
uint32_t marker_area_grow(struct marker_area *area);

#endif
