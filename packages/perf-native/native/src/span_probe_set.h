/* SPDX-License-Identifier: MIT */
/* The span probes of a session: what is attached, and the memory that the programs share. */
#ifndef HFTMON_SPAN_PROBE_SET_H
#define HFTMON_SPAN_PROBE_SET_H

#include <stddef.h>

#include "hftmon/shared.h"
#include "hftmon/span_probes.h"
#include "object.h"

struct hftmon_span_probes {
	const struct object *object; /* NULL in a session without them */
	const struct hftmon_open_spans *open;
	size_t open_bytes;
	const struct hftmon_probe_counts *counts;
	size_t counts_bytes;
	uint32_t type;	     /* of the kernel's uprobe events */
	uint32_t return_bit; /* in their config */
	struct span_probe_link *links;
	uint32_t link_count;
	uint32_t link_room;
};

/* What is attached; closing the descriptor detaches. */
struct span_probe_link {
	uint32_t index;
	int fd;
};

/* On failure what was mapped is left to span_probe_set_close(). */
int span_probe_set_open(struct hftmon_span_probes *p, const struct object *o, uint32_t threads);
/* Takes all probes out of their processes. */
void span_probe_set_detach(struct hftmon_span_probes *p);
void span_probe_set_close(struct hftmon_span_probes *p);

#endif
