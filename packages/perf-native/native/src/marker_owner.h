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

/* The same of the status of a process or thread. */
int marker_owner_read_status(struct marker_owner *owner, const char *path);

/* Is its CLOCK_MONOTONIC ours, or that of a time namespace with an offset of its own? */
bool marker_owner_shares_clock(const char *proc_root, uint32_t pid);

#endif
