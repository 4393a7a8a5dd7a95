/* SPDX-License-Identifier: MIT */
/*
 * What the native threads have in common that keep a CPU busy: bounds that are always there. A
 * poller runs on one CPU, for a time that is given, and a second thread, on the other CPUs, ends it
 * if it does not end by itself. At a real-time priority it also rests, so that what only that CPU
 * can do gets done.
 */
#ifndef HFTMON_POLLER_H
#define HFTMON_POLLER_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/hftmon.h"

#define HFTMON_POLLER_MOST_NS 3600000000000ull /* of a duration: an hour */

/* Log-linear: each power of two is split into 2^BITS buckets; see src/histogram.h. */
#define HFTMON_HISTOGRAM_BITS 6
#define HFTMON_HISTOGRAM_BUCKETS ((53 - HFTMON_HISTOGRAM_BITS + 1) << HFTMON_HISTOGRAM_BITS)

struct hftmon_histogram {
	uint64_t count;
	uint64_t sum;
	uint64_t min; /* UINT64_MAX when empty */
	uint64_t max;
	uint64_t buckets[HFTMON_HISTOGRAM_BUCKETS];
};

enum hftmon_poller_end {
	HFTMON_POLLER_RUNNING = 0,
	HFTMON_POLLER_DONE = 1,	    /* its time was up */
	HFTMON_POLLER_STOPPED = 2,  /* it was told to */
	HFTMON_POLLER_OVERDUE = 3,  /* the thread that watches it had to end it */
};

struct hftmon_poller_options {
	uint32_t cpu;
	uint32_t realtime_priority; /* SCHED_FIFO, 0 none */
	uint64_t duration_ns;	    /* up to HFTMON_POLLER_MOST_NS */
	uint64_t work_ns; /* at a real-time priority: how long it polls before each rest */
	uint64_t rest_ns; /* and how long it rests; both needed */
	uint64_t interval_ns; /* between two slots; 0: as often as it can */
	uint64_t epoch_ns;    /* CLOCK_MONOTONIC of time 0 */
	uint32_t counter; /* read the CPU's own counter instead of CLOCK_MONOTONIC */
	uint32_t reserved;
};

/* Totals, for readers in the same process. Written by the poller alone. */
struct hftmon_poller_stats {
	uint64_t tid;	  /* 0: it has not begun */
	uint64_t end;	  /* enum hftmon_poller_end */
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	uint64_t now_ns;   /* when it was updated last, from time to time and in the end */
	uint64_t samples;
	uint64_t missed; /* slots that came due while an earlier one was still waiting */
	uint64_t rested; /* slots that came due in rests */
	uint64_t rested_ns;
	uint64_t hertz;	 /* of the counter, as measured against CLOCK_MONOTONIC; 0: not used */
};

#endif
