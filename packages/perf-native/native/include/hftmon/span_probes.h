/* SPDX-License-Identifier: MIT */
/* Uprobes in target processes, of which BPF programs make SPAN and PAUSE records. */
#ifndef HFTMON_SPAN_PROBES_H
#define HFTMON_SPAN_PROBES_H

#include <stdint.h>

#include "hftmon/hftmon.h"

enum hftmon_span_role {
	HFTMON_SPAN_FUNCTION_ENTRY = 0,
	HFTMON_SPAN_FUNCTION_RETURN = 1, /* at the same place as the entry */
	HFTMON_SPAN_BEGIN = 2,
	HFTMON_SPAN_END = 3,
	/* Of functions of V8. */
	HFTMON_PAUSE_BEGIN = 4, /* Heap::PerformGarbageCollection(collector, reason, …) */
	HFTMON_PAUSE_END = 5,
	HFTMON_PAUSE_STEP_ENTRY = 6,
	HFTMON_PAUSE_STEP_RETURN = 7, /* at the same place as the entry */
};

/* One place where spans begin or end. */
struct hftmon_span_probe {
	size_t sz;	   /* sizeof(struct hftmon_span_probe), for later additions */
	uint32_t index;	   /* below HFTMON_SPAN_PROBES for one span in one process, above for pauses */
	uint32_t pid;
	uint32_t source;   /* enum hftmon_span_source: UPROBE or USDT */
	uint32_t role;	   /* enum hftmon_span_role */
	const char *path;  /* of the file that the process maps, as this process sees it */
	uint64_t offset;    /* of the instruction, in the file */
	uint64_t semaphore; /* of the counter that switches a static probe on, 0 none */
};

typedef struct hftmon_span_probes hftmon_span_probes;

/* Those of a session. */
HFTMON_API hftmon_span_probes *hftmon_session__span_probes(hftmon_session *s);

/*
 * Puts a probe into one process, also before the session starts: its program does nothing before.
 * Ends go first: a begin without its end could be taken for that of a later one. Returns 0 or
 * -errno; -EINVAL from a session without the group of the role.
 */
HFTMON_API int hftmon_span_probes__attach(hftmon_span_probes *p,
					  const struct hftmon_span_probe *probe);
/* Takes all probes of an index out of their process. */
HFTMON_API int hftmon_span_probes__detach(hftmon_span_probes *p, uint32_t index);

#endif
