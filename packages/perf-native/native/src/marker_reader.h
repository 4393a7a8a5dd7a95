/* SPDX-License-Identifier: MIT */
/* Makes SPAN records of the marks of one area. Allocates nothing. */
#ifndef HFTMON_MARKER_READER_H
#define HFTMON_MARKER_READER_H

#include <stdint.h>

#include "hftmon/markers.h"
#include "hftmon/record.h"
#include "marker_area.h"
#include "marker_clock.h"
#include "marker_tids.h"

struct marker_reader {
	struct marker_area area;
	struct marker_clock clock;
	struct hftmon_marker_stats *stats;
	struct marker_tids tids;
	double since_ns;   /* marks of before are not told */
	double present_ns; /* of this pass */
	double grown_ns;   /* rings that are new were not there then */
	uint32_t turn;	   /* the next ring to be read */
};

/* Begins with what the rings hold, so that spans that are open are known. */
void marker_reader_start(struct marker_reader *reader);
/* Looks how far the writers are, and what time it is. True: there is something to read. */
bool marker_reader_look(struct marker_reader *reader);
/* Reads up to there. Returns how many records it made; 0 when all is read. */
uint32_t marker_reader_take(struct marker_reader *reader, struct hftmon_record *out, uint32_t most);
/* Is one of its rings full by 1/2^shift or more? */
bool marker_reader_is_crowded(const struct marker_reader *reader, uint32_t shift);
/* Counts what is open as abandoned, and what is not read as lost. */
void marker_reader_end(struct marker_reader *reader);

#endif
