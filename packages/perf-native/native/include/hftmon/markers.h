/* SPDX-License-Identifier: MIT */
/*
 * Marks that processes write about themselves with hftmon_marker.h, and the spans made of them.
 * The pump reads the areas of a session and writes SPAN records; a hostile area can make it count
 * nonsense, and nothing more.
 */
#ifndef HFTMON_MARKERS_H
#define HFTMON_MARKERS_H

#include <stdint.h>

#include "hftmon/hftmon.h"
#include "hftmon/shared.h"

#define HFTMON_MARKER_AREAS 64	       /* that one session reads at the same time */
#define HFTMON_MARKER_AREA_NAMES 1024
/* Spans of a thread that may be open at the same time. */
#define HFTMON_SPAN_DEPTH 64

/* Payload of a SPAN record. */
enum hftmon_span_word {
	HFTMON_SPAN_WHAT = 0,	/* source, depth << 8, flags << 16 */
	HFTMON_SPAN_ORIGIN = 1, /* of the area: a number that a session gives once */
	HFTMON_SPAN_NAME = 2,	/* in that area */
	HFTMON_SPAN_ID = 3,	/* 64 bits */
	HFTMON_SPAN_VALUE = 5,	/* a double */
};

/* CPU of a record that no CPU is known for. */
#define HFTMON_CPU_UNKNOWN 0xffff

/* Accounts of an area, read in place. All but `origin` grow, but for `open`. */
struct hftmon_marker_stats {
	uint64_t origin; /* a number that the session gives once; 0: never used */
	uint64_t marks;	 /* read and valid */
	uint64_t spans;
	uint64_t instants;
	uint64_t lost;		 /* overwritten before they were read */
	uint64_t garbage;	 /* of no type, name or thread; heads that no writer writes */
	uint64_t unmatched_ends; /* no such span was open */
	uint64_t overlapping;	 /* ended while a span that began within it was open */
	uint64_t too_deep;	 /* began with HFTMON_SPAN_DEPTH open */
	uint64_t abandoned;	 /* open when their thread ended, or marks of it were lost */
	uint64_t clock_errors;	 /* marks whose clock ran backwards, or was beyond the present */
	uint64_t open;
	uint64_t threads; /* that have marked */
	/* As the writer says. */
	uint64_t names;
	uint64_t refused_names;
	uint64_t refused_threads;
	uint64_t refused_marks;
	/* Half of the longest time that reading counter and clock together took, ns. */
	double clock_error_ns;
	uint64_t clock; /* HFTMON_MARKER_CLOCK_... */
	uint64_t unused[13]; /* to byte 256 */
	struct hftmon_marker_name_stats {
		uint64_t spans; /* finished, and instants */
		uint32_t open;
		uint32_t errors; /* ends that matched nothing, spans that were abandoned */
	} of_name[HFTMON_MARKER_AREA_NAMES];
};

typedef struct hftmon_markers hftmon_markers;

/* The areas that a session reads. */
HFTMON_API hftmon_markers *hftmon_session__markers(hftmon_session *s);

/*
 * Descriptors of a process that are areas by their names. Writes up to `most` numbers, with the
 * inodes by which an area is known from another that has its number later, and returns how many
 * there are, or -errno.
 */
HFTMON_API int hftmon_markers__find(hftmon_markers *m, const char *proc_root, uint32_t pid,
				    uint32_t *fds, uint64_t *inodes, uint32_t most);

/*
 * Opens a descriptor of another process as an area, checks it, and has the pump read it. Returns
 * its index in HFTMON_MEMORY_MARKERS; -EALREADY when it is read already; -ESRCH for one of another
 * process, which a forked child has inherited; -ENOSPC; -EBADMSG, with the reason as the message,
 * for one that can't be read; or -errno. Marks of before `since_ns` (CLOCK_MONOTONIC) are not told,
 * but for the spans that they began.
 */
HFTMON_API int hftmon_markers__open(hftmon_markers *m, const char *proc_root, uint32_t pid,
				    uint32_t fd, uint64_t since_ns);
/* Reads the last of it and lets go of it. Its accounts stay until the index is used again. */
HFTMON_API int hftmon_markers__close(hftmon_markers *m, uint32_t index);
/* Copies name `id` of an area, whatever stands there, NUL-terminated. Its length or -ENOENT. */
HFTMON_API int hftmon_markers__name(hftmon_markers *m, uint32_t index, uint32_t id, char *out);

#endif
