/* SPDX-License-Identifier: MIT */
/*
 * The areas that a session reads. JavaScript's thread opens and closes them; the pump reads them.
 * An area is handed over by its state alone, so that a pump that never stops need not be waited
 * for: once a flush is over that began after the state was changed, the pump has let go of it.
 */
#ifndef HFTMON_MARKER_SET_H
#define HFTMON_MARKER_SET_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/markers.h"
#include "marker_reader.h"
#include "pump.h"

enum marker_state {
	MARKER_FREE = 0,
	MARKER_READ = 1,
};

struct hftmon_markers {
	struct pump *pump;
	struct hftmon_marker_stats *stats;
	size_t stats_bytes;
	uint64_t epoch_ns;
	uint64_t origins;
	struct marker_clock clock; /* of the host; of type 0 until areas are looked for */
	uint32_t busy[HFTMON_MARKER_AREAS]; /* being read in this pass, by the pump alone */
	uint32_t busy_count, turn;
	struct {
		uint32_t state; /* enum marker_state */
		char *proc_root;
		struct marker_reader reader;
	} areas[HFTMON_MARKER_AREAS];
};

int marker_set_open(struct hftmon_markers *m, struct pump *pump, uint64_t epoch_ns);
/* After the pump has stopped. */
void marker_set_close(struct hftmon_markers *m);
struct pump_source marker_set_source(struct hftmon_markers *m);

#endif
