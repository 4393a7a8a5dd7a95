/* SPDX-License-Identifier: MIT */
#include "marker_tids.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "marker_owner.h"

/* Each reads one file of /proc. */
#define CHECKS_PER_PASS 32

/* Listing all threads may take that part of the time. */
#define LISTING_SHARE 50

void marker_tids_begin(struct marker_tids *t)
{
	t->checks = CHECKS_PER_PASS;
}

static uint32_t read_inner(const struct marker_tids *t, const char *tid)
{
	struct marker_owner owner;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%u/task/%s/status", t->proc_root, t->pid, tid);
	return marker_owner_read_status(&owner, path) ? 0 : owner.inner_pid;
}

static void list(struct marker_tids *t)
{
	struct dirent *entry;
	char path[4096];
	DIR *folder;

	t->count = 0;
	snprintf(path, sizeof(path), "%s/%u/task", t->proc_root, t->pid);
	folder = opendir(path);
	if (!folder)
		return;
	while (t->count < HFTMON_MARKER_MOST_THREADS && (entry = readdir(folder))) {
		uint32_t inner = entry->d_name[0] == '.' ? 0 : read_inner(t, entry->d_name);

		if (inner)
			t->known[t->count++] = (struct marker_tid){
				.inner = inner, .outer = (uint32_t)strtoul(entry->d_name, NULL, 10)
			};
	}
	closedir(folder);
}

static uint32_t recall(const struct marker_tids *t, uint32_t inner)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (t->known[i].inner == inner)
			return t->known[i].outer;
	return 0;
}

int marker_tids_find(struct marker_tids *t, uint32_t inner, double now_ns, uint32_t *outer)
{
	uint64_t begin_ns;
	char tid[16];

	*outer = inner;
	if (!t->nested)
		return 0;
	if (!t->checks)
		return -EAGAIN;
	*outer = recall(t, inner);
	if (*outer) {
		t->checks--;
		snprintf(tid, sizeof(tid), "%u", *outer);
		/* Its number may be another thread's by now. */
		if (read_inner(t, tid) == inner)
			return 0;
	}
	if (now_ns < t->next_list_ns)
		return -EAGAIN;
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	list(t);
	t->next_list_ns =
		now_ns + (double)(clock_ns(CLOCK_MONOTONIC) - begin_ns) * (LISTING_SHARE + 1);
	*outer = recall(t, inner);
	return 0;
}
