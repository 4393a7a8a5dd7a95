/* SPDX-License-Identifier: MIT */
/* Inside of hftmon_counters; the files counters_*.c share it. */
#ifndef HFTMON_SRC_COUNTERS_H
#define HFTMON_SRC_COUNTERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "hftmon/counters.h"
#include "owned.h"

/* Pages of a ring of the kernel, besides its header: a power of two. */
#define COUNTER_RING_PAGES 8

/* Shortest period that the kernel gives a software clock event. */
#define COUNTER_FLOOR_NS 10000u

/* What is opened for every thread. */
struct counter_group {
	const struct hftmon_counter_event *events;
	uint32_t count;
};

/* The open events of one thread and group. With `on_core` a clock leads them: fds[count]. */
struct counter_set {
	int fds[HFTMON_COUNTER_EVENTS + 1];
	uint64_t ids[HFTMON_COUNTER_EVENTS];
	uint8_t *ring; /* of the leader, on_core */
	bool captured; /* at least once */
	bool unscheduled;
};

struct counter_slot {
	uint32_t tid; /* 0: free */
	struct counter_set sets[HFTMON_COUNTER_GROUPS];
};

/* A reading: totals since the group was enabled. */
struct counter_reading {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t enabled_ns;
	uint64_t running_ns;
	uint64_t values[HFTMON_COUNTER_EVENTS];
};

struct hftmon_counters {
	struct owned owned; /* first, so that it stands for all */
	struct hftmon_counters_options options;
	struct hftmon_counter_event *events;
	uint32_t *affinity;
	struct counter_group groups[HFTMON_COUNTER_GROUPS];
	uint32_t group_count;
	struct counter_slot *slots;
	uint32_t used; /* slots above were never used */

	struct hftmon_counter_ring *ring;
	size_t ring_bytes;
	struct hftmon_counters_stats stats;

	/* Guards the slots and the writing end of the output. */
	pthread_mutex_t lock;
	pthread_t thread;
	bool running;
	_Atomic uint32_t quit; /* a futex */

	bool opened; /* to the end: the limit is raised, and `owned` remembers it */
};

/* counters_group.c */
int counters_group_open(const struct hftmon_counters *c, uint32_t group, uint32_t tid,
			struct counter_set *set);
int counters_group_enable(const struct hftmon_counters *c, uint32_t group,
			  const struct counter_set *set);
/* 1: counted, 0: no counter was free, or a negative errno. */
int counters_group_read(const struct hftmon_counters *c, uint32_t group,
			const struct counter_set *set, struct counter_reading *reading);
void counters_group_close(const struct hftmon_counters *c, uint32_t group,
			  struct counter_set *set);
/* Number of the leader among the file descriptors of a set. */
uint32_t counters_group_leader(const struct hftmon_counters *c, uint32_t group);
/* Picks the values out of the read format; `words` begins with the number of events. */
void counters_group_decode(const struct counter_group *group, const uint64_t *ids,
			   const uint64_t *words, struct counter_reading *reading);

/* counters_ring.c */
int counters_ring_map(struct counter_set *set, int fd);
void counters_ring_unmap(struct counter_set *set);
/* Moves what the kernel captured to the output. */
void counters_ring_drain(struct hftmon_counters *c, struct counter_slot *slot, uint32_t group);

/* counters_output.c */
int counters_output_open(struct hftmon_counters *c);
void counters_output_close(struct hftmon_counters *c);
void counters_output_write(struct hftmon_counters *c, uint32_t tid, uint32_t group,
			   uint32_t status, const struct counter_reading *reading);

/* counters_thread.c */
int counters_thread_start(struct hftmon_counters *c);
void counters_thread_stop(struct hftmon_counters *c);
/* One sample of every group: `all` reads them even if they are captured on their core. */
void counters_round(struct hftmon_counters *c, bool all);
/* Takes one group of a slot. */
void counters_take(struct hftmon_counters *c, struct counter_slot *slot, uint32_t group,
		   uint32_t status);

/* counters_limit.c: raises the soft limit of open files to the hard one while anybody counts. */
void counters_limit_raise(void);
void counters_limit_restore(void);
/* Is a file descriptor that was just opened below those reserved for the rest of the process? */
bool counters_limit_leaves_room(int fd);

#endif
