/* SPDX-License-Identifier: MIT */
/*
 * Hardware watchpoints on threads of other processes. The kernel does not throttle them, and each
 * hit costs the thread some microseconds, so one is armed for a number of hits and never without.
 * A watchpoint is used by the thread that opened it, and closed when that thread ends at the
 * latest.
 */
#ifndef HFTMON_WATCH_H
#define HFTMON_WATCH_H

#include <stdint.h>

#include "hftmon/hftmon.h"

#define HFTMON_WATCH_MOST_HITS 400 /* per arming: what the ring holds */

enum hftmon_watch_access {
	HFTMON_WATCH_WRITES = 2,	  /* HW_BREAKPOINT_W */
	HFTMON_WATCH_READS_AND_WRITES = 3, /* HW_BREAKPOINT_RW */
};

typedef struct hftmon_watch hftmon_watch;

struct hftmon_watch_hit {
	double time;  /* ns since the epoch given to open */
	uint64_t ip;  /* of the instruction after the one that accessed */
	uint32_t tid;
	uint32_t cpu;
};

/*
 * Makes a watchpoint on user memory, not armed yet. `length` is 1, 2, 4 or 8, the address a
 * multiple of it. -ENOSPC: the thread's debug registers are all in use. -ESRCH: no such thread.
 */
HFTMON_API int hftmon_watch__open(uint32_t tid, double address, uint32_t length, uint32_t access,
				  uint64_t epoch_ns, hftmon_watch **out);
/*
 * Arms it for that many more hits, whatever was left of an earlier arming. After the last hit of
 * one, the debug register has to be asked for anew: -ENOSPC, -ESRCH as for open.
 */
HFTMON_API int hftmon_watch__arm(hftmon_watch *w, uint32_t hits);
/* No more hits. Idempotent. */
HFTMON_API int hftmon_watch__disarm(hftmon_watch *w);
/* Hits since open, as the kernel counts them, in *count. */
HFTMON_API int hftmon_watch__count(hftmon_watch *w, double *count);
/* Moves up to `most` hits, oldest first, to `out`. Returns their number. */
HFTMON_API int hftmon_watch__hits(hftmon_watch *w, struct hftmon_watch_hit *out, uint32_t most);
/* Disarms it and watches another address with it. */
HFTMON_API int hftmon_watch__move(hftmon_watch *w, double address, uint32_t length,
				  uint32_t access);
/* Hits of earlier armings that nobody took, beyond the 400 that are kept. */
HFTMON_API double hftmon_watch__lost(const hftmon_watch *w);
HFTMON_API void hftmon_watch__close(hftmon_watch *w);

#endif
