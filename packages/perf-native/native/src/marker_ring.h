/* SPDX-License-Identifier: MIT */
/*
 * Marks of one thread, copied out of a ring that its writer overwrites meanwhile.
 *
 * Why a copy is right, on arm64 too: the writer publishes `head` = n with release order when mark
 * n - 1 is whole, passes a release fence, then stores mark n over mark n - capacity. A reader that
 * saw any of these stores and then passed an acquire fence synchronizes with that fence, and so
 * reads a `head` of at least n: it knows that mark n - capacity is gone. So: copy, fence, look at
 * `head`, keep what is younger than head - capacity. The words of a mark are loaded one by one as
 * relaxed atomics; none of them is trusted before that second look.
 */
#ifndef HFTMON_MARKER_RING_H
#define HFTMON_MARKER_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "marker_layout.h"
#include "span_stack.h"

struct marker_ring {
	const struct hftmon_marker_slot *slot;
	const struct hftmon_marker_mark *marks;
	uint64_t tail;	/* the next mark to read */
	uint64_t head;	/* marks to read in this pass */
	uint64_t until; /* marks before that are nobody's loss */
	double seen_ns; /* `head` was looked at after that */
	uint64_t last_counter;
	uint32_t tid;	    /* as we know it; 0 when it has ended */
	uint32_t inner_tid; /* as it calls itself */
	bool waits;	    /* its next thread is looked for in a later pass */
	struct span_stack stack;
};

/* How far the writer is. */
uint64_t marker_ring_head(const struct marker_ring *ring);
/*
 * Takes a head for the end of this pass, that was looked at between two times. False: no writer could
 * have come there, and what is between is skipped.
 */
bool marker_ring_advance(struct marker_ring *ring, uint64_t head, uint64_t capacity,
			 double before_ns, double after_ns);
/*
 * Copies up to `most` marks. Returns how many; `lost` is how many before them were overwritten.
 */
uint32_t marker_ring_copy(struct marker_ring *ring, uint64_t capacity,
			  struct hftmon_marker_mark *out, uint32_t most, uint64_t *lost);

#endif
