/* SPDX-License-Identifier: MIT */
/*
 * Threads that take a CPU away in single bursts. Real-time ones starve all else there, so three
 * bounds hold them, each enough alone: a burst is at most 20 ms; a watchdog on another CPU kills the
 * process that overruns; RLIMIT_RTTIME does the same in the kernel.
 */
#ifndef RIVAL_H
#define RIVAL_H

#include "stage.h"

struct rival {
	const char *name;
	int cpu;
	int priority; /* real-time; 0: an ordinary thread as strong as the target */
	uint32_t *bell; /* rings when it has to begin; NULL: it begins at due_ns */
	pid_t tid; /* 0 before it was started */
	int error; /* why it may not have its priority */

	uint32_t wanted;
	uint32_t finished;
	uint64_t due_ns, length_ns;
	struct interval done;
	uint64_t ran_ns; /* how much of it the thread was on the CPU */
	uint64_t busy_since_ns; /* 0 between bursts; read by the watchdog */
};

/* Bounds what real-time threads of this process and its children can do. */
void rival__bound(void);
/* Starts the thread, once. Returns 0, or an errno when the priority is not permitted. */
int rival__start(struct rival *rival);
/* Lets it burn the CPU from that time on. */
void rival__burst(struct rival *rival, uint64_t due_ns, uint64_t length_ns);
/* Waits for the end of the burst. */
void rival__await(struct rival *rival);

#endif
