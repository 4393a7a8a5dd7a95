/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"

static int check(const struct hftmon_counters_options *o)
{
	uint32_t in_group = 0;

	if (o->sz != sizeof(*o))
		return fail(-EINVAL, "options of %zu bytes, expected %zu", o->sz, sizeof(*o));
	if (!o->event_count || !o->max_threads || !o->interval_ns)
		return fail(-EINVAL, "options: events, max_threads and interval_ns are needed");
	if (!o->records || o->records & (o->records - 1))
		return fail(-EINVAL, "%u records is not a power of two", o->records);
	for (uint32_t i = 0; i < o->event_count; i++) {
		uint32_t group = o->events[i].group, before = i ? o->events[i - 1].group : 0;

		if (i ? group != before && group != before + 1 : group != 0)
			return fail(-EINVAL, "event %u: groups are not ascending from 0", i);
		in_group = i && group == before ? in_group + 1 : 1;
		if (group >= HFTMON_COUNTER_GROUPS || in_group > HFTMON_COUNTER_EVENTS)
			return fail(-EINVAL, "more than %d groups of %d events",
				    HFTMON_COUNTER_GROUPS, HFTMON_COUNTER_EVENTS);
	}
	return 0;
}

/* A copy, or NULL for none or no memory. */
static void *duplicate(const void *from, size_t bytes)
{
	void *to = bytes ? malloc(bytes) : NULL;

	return to ? memcpy(to, from, bytes) : NULL;
}

static int copy_options(struct hftmon_counters *c, const struct hftmon_counters_options *o)
{
	c->options = *o;
	if (o->on_core && o->interval_ns < COUNTER_FLOOR_NS)
		c->options.interval_ns = COUNTER_FLOOR_NS;
	c->events = duplicate(o->events, o->event_count * sizeof(*o->events));
	c->affinity = duplicate(o->affinity, o->affinity_count * sizeof(*o->affinity));
	c->slots = calloc(o->max_threads, sizeof(*c->slots));
	if (!c->events || !c->slots || (o->affinity_count && !c->affinity))
		return fail(-ENOMEM, "counters");
	for (uint32_t i = 0; i < o->event_count; i++) {
		struct counter_group *group = &c->groups[c->events[i].group];

		if (!group->count++)
			group->events = &c->events[i];
		c->group_count = c->events[i].group + 1;
	}
	return 0;
}

static void close_owned(struct owned *owned)
{
	hftmon_counters__close((hftmon_counters *)owned);
}

int hftmon_counters__open(const struct hftmon_counters_options *options, hftmon_counters **out)
{
	struct hftmon_counters *c;
	int err = check(options);

	*out = NULL;
	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return fail(-ENOMEM, "counters");
	pthread_mutex_init(&c->lock, NULL);
	err = copy_options(c, options);
	if (!err)
		err = counters_output_open(c);
	if (err) {
		hftmon_counters__close(c);
		return err;
	}
	counters_limit_raise();
	c->opened = true;
	owned__remember(&c->owned, close_owned);
	*out = c;
	return 0;
}

int hftmon_counters__start(hftmon_counters *c)
{
	return c->running ? 0 : counters_thread_start(c);
}

int hftmon_counters__stop(hftmon_counters *c)
{
	counters_thread_stop(c);
	return 0;
}

static void release(struct hftmon_counters *c, struct counter_slot *slot)
{
	for (uint32_t g = 0; g < c->group_count; g++)
		counters_group_close(c, g, &slot->sets[g]);
	slot->tid = 0;
}

void hftmon_counters__close(hftmon_counters *c)
{
	if (!c)
		return;
	if (c->opened)
		owned__forget(&c->owned);
	counters_thread_stop(c);
	for (uint32_t i = 0; i < c->used; i++)
		if (c->slots[i].tid)
			release(c, &c->slots[i]);
	counters_output_close(c);
	if (c->opened)
		counters_limit_restore();
	pthread_mutex_destroy(&c->lock);
	free(c->events);
	free(c->affinity);
	free(c->slots);
	free(c);
}

int hftmon_counters__memory(hftmon_counters *c, uint32_t which, uint64_t *address, uint64_t *bytes)
{
	switch (which) {
	case HFTMON_COUNTERS_RING:
		*address = (uintptr_t)c->ring;
		*bytes = c->ring_bytes;
		return 0;
	case HFTMON_COUNTERS_STATS:
		*address = (uintptr_t)&c->stats;
		*bytes = sizeof(c->stats);
		return 0;
	default:
		return fail(-EINVAL, "no memory %u", which);
	}
}

static int free_slot(const struct hftmon_counters *c)
{
	for (uint32_t i = 0; i < c->used; i++)
		if (!c->slots[i].tid)
			return (int)i;
	return c->used < c->options.max_threads ? (int)c->used : -ENOSPC;
}

static int open_groups(const struct hftmon_counters *c, uint32_t tid, struct counter_slot *slot)
{
	for (uint32_t g = 0; g < c->group_count; g++) {
		int err = counters_group_open(c, g, tid, &slot->sets[g]);

		if (!err)
			continue;
		while (g--)
			counters_group_close(c, g, &slot->sets[g]);
		return err;
	}
	return 0;
}

static int begin(struct hftmon_counters *c, struct counter_slot *slot)
{
	struct counter_reading zero = { .time_ns = clock_ns(CLOCK_MONOTONIC) };

	for (uint32_t g = 0; g < c->group_count; g++) {
		int err = counters_group_enable(c, g, &slot->sets[g]);

		if (err)
			return err;
		counters_output_write(c, slot->tid, g, HFTMON_COUNTER_BEGIN, &zero);
	}
	return 0;
}

int hftmon_counters__follow(hftmon_counters *c, uint32_t tid)
{
	int index = free_slot(c);
	struct counter_slot opened = { .tid = tid };
	int err;

	/* To perf_event_open 0 is the caller itself. */
	if (!tid)
		return fail(-EINVAL, "there is no thread 0");
	if (index < 0)
		return fail(index, "all %u counter slots are taken", c->options.max_threads);
	err = open_groups(c, tid, &opened);
	if (err)
		return fail(err, "counting thread %u", tid);
	pthread_mutex_lock(&c->lock);
	c->slots[index] = opened;
	if ((uint32_t)index == c->used)
		c->used++;
	err = begin(c, &c->slots[index]);
	if (err)
		release(c, &c->slots[index]);
	pthread_mutex_unlock(&c->lock);
	return err ? fail(err, "enabling the counters of thread %u", tid) : index;
}

int hftmon_counters__unfollow(hftmon_counters *c, uint32_t index)
{
	struct counter_slot *slot;

	if (index >= c->used || !c->slots[index].tid)
		return fail(-EINVAL, "counter slot %u is not in use", index);
	slot = &c->slots[index];
	pthread_mutex_lock(&c->lock);
	for (uint32_t g = 0; g < c->group_count; g++) {
		if (c->options.on_core)
			counters_ring_drain(c, slot, g);
		counters_take(c, slot, g, HFTMON_COUNTER_END);
	}
	release(c, slot);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int hftmon_counters__flush(hftmon_counters *c)
{
	counters_round(c, true);
	return 0;
}
