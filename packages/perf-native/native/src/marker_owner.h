/* SPDX-License-Identifier: MIT */
/* Who a process is, by /proc/PID/status. */
#ifndef HFTMON_MARKER_OWNER_H
#define HFTMON_MARKER_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct marker_owner {
	uint32_t uid;
	uint32_t euid;
	uint32_t inner_pid; /* in its own pid namespace */
};

/* 0 or -errno. */
int marker_owner_read(struct marker_owner *owner, const char *proc_root, uint32_t pid);

/*
 * The number by which we know a thread that calls itself `inner` in its pid namespace; 0 when the
 * process has no such thread (any more).
 */
uint32_t marker_owner_outer_tid(const char *proc_root, uint32_t pid, uint32_t inner);

/* Is its CLOCK_MONOTONIC ours, or that of a time namespace with an offset of its own? */
bool marker_owner_shares_clock(const char *proc_root, uint32_t pid);

#endif
