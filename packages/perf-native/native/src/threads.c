/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "atomics.h"
#include "bpf.h"
#include "clock.h"
#include "error.h"

static size_t to_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

int threads_open(struct threads *t, const struct probe_set *set, uint32_t count, uint32_t tid_limit,
		 struct hftmon_cpu *cpus, uint32_t cpu_count)
{
	memset(t, 0, sizeof(*t));
	t->cpus = cpus;
	t->cpu_count = cpu_count;
	t->count = count;
	t->tid_limit = tid_limit;
	t->free_fd = object_map_fd(&set->object, "free_slots");
	t->table_bytes = to_pages(count * sizeof(struct hftmon_thread));
	t->slot_bytes = to_pages(tid_limit * sizeof(uint32_t));
	t->table = bpf_map_mmap(object_map_fd(&set->object, "threads"), t->table_bytes, 1);
	if (!t->table)
		return fail(-errno, "mapping the thread table");
	t->slot_by_tid = bpf_map_mmap(object_map_fd(&set->object, "slots"), t->slot_bytes, 1);
	if (!t->slot_by_tid)
		return fail(-errno, "mapping the tid table");
	for (uint32_t slot = count - 1; slot >= 1; slot--) {
		int err = bpf_map_push(t->free_fd, &slot);

		if (err)
			return fail(err, "filling the list of free thread slots");
	}
	return 0;
}

void threads_close(struct threads *t)
{
	if (t->table)
		munmap(t->table, t->table_bytes);
	if (t->slot_by_tid)
		munmap(t->slot_by_tid, t->slot_bytes);
	memset(t, 0, sizeof(*t));
}

static void begin(struct hftmon_thread *thread)
{
	thread->attached_ns = clock_ns(CLOCK_MONOTONIC);
	thread->came_ns = thread->attached_ns;
	thread->since_ns = thread->attached_ns;
}

void threads_begin(struct threads *t)
{
	for (uint32_t slot = 1; slot < t->count; slot++)
		if (t->table[slot].tid)
			begin(&t->table[slot]);
}

int threads_follow(struct threads *t, uint32_t tid, uint32_t tgid)
{
	struct hftmon_thread *thread;
	uint32_t slot;
	int err;

	if (!tid || tid >= t->tid_limit)
		return fail(-EINVAL, "tid %u is outside 1 to %u", tid, t->tid_limit - 1);
	if (load_acquire_u32(&t->slot_by_tid[tid]))
		return 1;
	err = bpf_map_pop(t->free_fd, &slot);
	if (err == -ENOENT)
		return fail(-ENOSPC, "all %u thread slots are taken", t->count - 1);
	if (err)
		return fail(err, "taking a thread slot");
	thread = &t->table[slot];
	thread->slot = slot;
	thread->tid = tid;
	thread->tgid = tgid;
	thread->state = HFTMON_THREAD_UNKNOWN;
	thread->out_stacks = ~0u;
	begin(thread);
	/* From here on the programs see the thread. A fork may have registered it meanwhile. */
	if (compare_exchange_u32(&t->slot_by_tid[tid], 0, slot))
		return 0;
	err = threads_release(t, slot);
	return err ? err : 1;
}

int threads_unfollow(struct threads *t, uint32_t slot)
{
	struct hftmon_thread *thread;

	if (!slot || slot >= t->count)
		return fail(-EINVAL, "thread slot %u is outside 1 to %u", slot, t->count - 1);
	thread = &t->table[slot];
	if (!thread->tid || thread->tid >= t->tid_limit)
		return fail(-EINVAL, "thread slot %u is not in use", slot);
	/* Only if it is still ours: the tid may have been reused since the thread ended. */
	compare_exchange_u32(&t->slot_by_tid[thread->tid], slot, 0);
	/* No process any more: whoever finds it ended releases the slot and keeps no totals. */
	thread->tgid = 0;
	if (thread->state != HFTMON_THREAD_EXITED) {
		thread->ended_ns = clock_ns(CLOCK_MONOTONIC);
		store_release_u32(&thread->state, HFTMON_THREAD_EXITED);
	}
	return 0;
}

int threads_release(struct threads *t, uint32_t slot)
{
	uint32_t waits_on;
	int err;

	if (!slot || slot >= t->count)
		return fail(-EINVAL, "thread slot %u is outside 1 to %u", slot, t->count - 1);
	/*
	 * One that waited in a run queue when it was unfollowed is counted there still. Not before
	 * now, when no program knows it any more: one under way may have been changing the count.
	 */
	waits_on = t->table[slot].pending_cpu;
	if (waits_on && waits_on <= t->cpu_count)
		fetch_sub_u32(&t->cpus[waits_on - 1].pending, 1);
	memset(&t->table[slot], 0, sizeof(t->table[slot]));
	err = bpf_map_push(t->free_fd, &slot);
	return err ? fail(err, "returning a thread slot") : 0;
}
