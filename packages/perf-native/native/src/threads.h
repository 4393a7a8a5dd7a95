/* SPDX-License-Identifier: MIT */
/* Slots of the thread table, and which tid has which. BPF programs take slots at forks too. */
#ifndef HFTMON_THREADS_H
#define HFTMON_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "probe_set.h"

struct threads {
	struct hftmon_thread *table;
	size_t table_bytes;
	uint32_t count;
	uint32_t *slot_by_tid;
	size_t slot_bytes;
	uint32_t tid_limit;
	int free_fd;
	struct hftmon_cpu *cpus;
	uint32_t cpu_count;
};

int threads_open(struct threads *t, const struct probe_set *set, uint32_t count, uint32_t tid_limit,
		 struct hftmon_cpu *cpus, uint32_t cpu_count);
void threads_close(struct threads *t);
/* Lets the time of the threads followed so far begin now. */
void threads_begin(struct threads *t);
/* 0, 1 when the tid has a slot already, or -errno. */
int threads_follow(struct threads *t, uint32_t tid, uint32_t tgid);
int threads_unfollow(struct threads *t, uint32_t slot);
int threads_release(struct threads *t, uint32_t slot);

#endif
