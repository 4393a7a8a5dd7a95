/* SPDX-License-Identifier: MIT */
/*
 * The numbers by which we know the threads of a process that has a pid namespace of its own. To
 * find one takes system calls, which a writer can ask for with every mark: in each pass there are
 * so many and no more, and the marks of a thread that has to wait stay where they are.
 */
#ifndef HFTMON_MARKER_TIDS_H
#define HFTMON_MARKER_TIDS_H

#include <stdbool.h>
#include <stdint.h>

#include "marker_layout.h"

struct marker_tids {
	const char *proc_root;
	uint32_t pid;
	bool nested;
	uint32_t checks; /* left in this pass */
	double next_list_ns;
	uint32_t count;
	struct marker_tid {
		uint32_t inner; /* as it calls itself */
		uint32_t outer;
	} known[HFTMON_MARKER_MOST_THREADS];
};

/* A pass begins. */
void marker_tids_begin(struct marker_tids *t);
/* 0 with *outer, 0 when the process has no such thread (any more); -EAGAIN: not in this pass. */
int marker_tids_find(struct marker_tids *t, uint32_t inner, double now_ns, uint32_t *outer);

#endif
