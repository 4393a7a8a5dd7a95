/* SPDX-License-Identifier: MIT */
/* How the kernel schedules threads: sched_getattr(2) and sched_getaffinity(2), many at a time. */
#ifndef HFTMON_SCHED_ATTR_H
#define HFTMON_SCHED_ATTR_H

#include <stdint.h>

#include "hftmon/hftmon.h"

/* Words of an affinity mask: 8192 CPUs, the most that Linux can be built for. */
#define HFTMON_SCHED_MASK_WORDS 256

struct hftmon_sched_attr {
	uint32_t error; /* errno of the thread; ESRCH: there is none with this tid (any more) */
	uint32_t policy;
	int32_t nice;	   /* SCHED_OTHER, SCHED_BATCH */
	uint32_t priority; /* SCHED_FIFO, SCHED_RR: 1 to 99 */
	uint64_t flags;	   /* SCHED_FLAG_* */
	uint64_t runtime_ns; /* SCHED_DEADLINE; since 6.12 also the slice of fair threads */
	uint64_t deadline_ns;
	uint64_t period_ns;
	uint32_t mask[HFTMON_SCHED_MASK_WORDS]; /* bit n of word n / 32: may run on that CPU */
};

/*
 * What threads of any process were given, not what they inherit from a waiter for the moment.
 * Returns the number of threads that were there.
 */
HFTMON_API int hftmon_sched_attr__read(const uint32_t *tids, uint32_t count,
				       struct hftmon_sched_attr *out);

#endif
