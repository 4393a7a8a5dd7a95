/* SPDX-License-Identifier: MIT */
/*
 * Counts perf events of single threads. One pinned group per thread and core PMU; a thread of
 * ours reads each group at most at the interval asked for, or, to sample faster than remote reads
 * can, the kernel captures the group on the target's own core into a ring that we drain.
 *
 * Functions that can fail return 0 or more, or a negative errno with a message for
 * hftmon_last_error(). All calls for one object come from one thread.
 */
#ifndef HFTMON_COUNTERS_H
#define HFTMON_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/hftmon.h"

#define HFTMON_COUNTER_GROUPS 4
#define HFTMON_COUNTER_EVENTS 16 /* of one group */

typedef struct hftmon_counters hftmon_counters;

struct hftmon_counter_event {
	uint32_t type;
	uint32_t group; /* ascending from 0 */
	uint64_t config;
	uint64_t config1;
};

struct hftmon_counters_options {
	size_t sz; /* sizeof(struct hftmon_counters_options), for later additions */
	const struct hftmon_counter_event *events; /* the first of a group leads it */
	uint32_t event_count;
	uint32_t max_threads;
	uint32_t records;	   /* of the output, power of two */
	uint32_t exclude_kernel;   /* count user space alone */
	uint32_t on_core;	   /* capture on the target's own core instead of reading */
	uint64_t interval_ns;	   /* shortest time between two samples of a group */
	uint64_t epoch_ns;	   /* CLOCK_MONOTONIC of time 0 */
	const uint32_t *affinity;  /* CPUs of the sampler thread */
	uint32_t affinity_count;   /* 0: as inherited */
};

/* Bits of hftmon_counter_record.status */
enum hftmon_counter_status {
	HFTMON_COUNTER_BEGIN = 1 << 0,	 /* counting begins here, all values are 0 */
	HFTMON_COUNTER_END = 1 << 1,	 /* the last one: the thread ended or is let go of */
	HFTMON_COUNTER_UNSCHEDULED = 1 << 2, /* no counter is free: no values, now and later */
};

/*
 * One group of one thread at one time. Values and times are totals since BEGIN, as doubles (exact
 * below 2^53) so that JavaScript can read them without BigInt.
 */
struct hftmon_counter_record {
	double time_ns; /* since the epoch */
	double enabled_ns;
	double running_ns; /* less than enabled_ns: other users had the counters meanwhile */
	uint32_t tid;
	uint32_t group;
	uint32_t status;
	uint32_t count; /* of the values */
	double values[];
};

/* Output: an spsc ring that never overwrites. Written by the sampler, read by JavaScript. */
struct hftmon_counter_ring {
	uint32_t head; /* records written, free-running */
	uint32_t record_bytes;
	uint32_t mask;
	uint32_t reserved0[29];
	uint32_t tail; /* records read, free-running; written by the reader */
	uint32_t reserved1[31];
};

/* Totals since opening, for readers in the same process. */
struct hftmon_counters_stats {
	uint64_t tid;	       /* of the sampler thread */
	uint64_t rounds;
	uint64_t samples;      /* records written */
	uint64_t refused;      /* records not written, because the output was full */
	uint64_t lost;	       /* samples that the kernel dropped, because its ring was full */
	uint64_t throttled;    /* times that the kernel throttled sampling */
	uint64_t unscheduled;  /* groups that found no counter */
	uint64_t read_errors;
	uint64_t busy_ns;      /* CPU time of the sampler thread */
	uint64_t interval_ns;  /* between the last two rounds, as planned */
};

enum hftmon_counters_memory {
	HFTMON_COUNTERS_RING = 0,  /* struct hftmon_counter_ring and the records */
	HFTMON_COUNTERS_STATS = 1, /* struct hftmon_counters_stats */
};

/* -EMFILE and the like are left to hftmon_counters__follow(). */
HFTMON_API int hftmon_counters__open(const struct hftmon_counters_options *options,
				     hftmon_counters **out);
/* Starts the sampler thread. */
HFTMON_API int hftmon_counters__start(hftmon_counters *c);
/* Joins the sampler thread; what it wrote stays readable. Idempotent. */
HFTMON_API int hftmon_counters__stop(hftmon_counters *c);
/* Stops, closes all events and unmaps the memory. NULL is fine. */
HFTMON_API void hftmon_counters__close(hftmon_counters *c);
HFTMON_API int hftmon_counters__memory(hftmon_counters *c, uint32_t which, uint64_t *address,
				       uint64_t *bytes);
/*
 * Counts a thread from now on. Returns its slot; -ESRCH when it is gone, -ENOSPC when all slots
 * are taken, else what perf_event_open(2) or mmap(2) says. Nothing stays open on failure.
 */
HFTMON_API int hftmon_counters__follow(hftmon_counters *c, uint32_t tid);
/* Writes the last record of a thread and lets go of it. Exact also when it has ended. */
HFTMON_API int hftmon_counters__unfollow(hftmon_counters *c, uint32_t slot);
/* Takes a sample of every group now, whatever the interval. */
HFTMON_API int hftmon_counters__flush(hftmon_counters *c);
/*
 * Opens events as one pinned group of a thread of ours on one of the CPUs (all if there are none)
 * and lets it run. Returns 0 if they counted, -EBUSY if they found no counters, or what
 * perf_event_open(2) says.
 */
HFTMON_API int hftmon_counters__try(const struct hftmon_counter_event *events, uint32_t count,
				    uint32_t exclude_kernel, const uint32_t *cpus,
				    uint32_t cpu_count);

#endif
