/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "counters.h"
#include "error.h"

/* Words of the read format ahead of the values: nr, time enabled, time running. */
#define HEAD_WORDS 3
#define READ_FORMAT                                                                               \
	(PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |    \
	 PERF_FORMAT_ID)

static int open_event(const struct perf_event_attr *attr, pid_t tid, int leader)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, tid, -1, leader, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (counters_limit_leaves_room(fd))
		return fd;
	close(fd);
	return -EMFILE;
}

/* All events of a group have to tell time by the same clock. */
static struct perf_event_attr attr_of(const struct hftmon_counter_event *event, bool exclude_kernel)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.config1 = event->config1,
		.read_format = READ_FORMAT,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.exclude_kernel = exclude_kernel,
	};

	return attr;
}

/* A clock of the thread's own running time, that captures the group each time it goes round. */
static struct perf_event_attr attr_of_clock(const struct hftmon_counters *c)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.sample_period = c->options.interval_ns,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_READ,
		.read_format = READ_FORMAT,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.exclude_kernel = c->options.exclude_kernel,
	};

	return attr;
}

uint32_t counters_group_leader(const struct hftmon_counters *c, uint32_t group)
{
	return c->options.on_core ? c->groups[group].count : 0;
}

static int open_one(const struct hftmon_counters *c, uint32_t group, uint32_t i, uint32_t tid,
		    struct counter_set *set)
{
	uint32_t leader = counters_group_leader(c, group);
	bool clock = i == c->groups[group].count;
	struct perf_event_attr attr =
		clock ? attr_of_clock(c)
		      : attr_of(&c->groups[group].events[i], c->options.exclude_kernel);

	if (i == leader) {
		/* Not rotated with others: it counts all the time or says that it does not. */
		attr.pinned = 1;
		attr.disabled = 1;
	}
	set->fds[i] = open_event(&attr, (pid_t)tid, i == leader ? -1 : set->fds[leader]);
	if (set->fds[i] < 0)
		return set->fds[i];
	if (!clock && ioctl(set->fds[i], PERF_EVENT_IOC_ID, &set->ids[i]))
		return -errno;
	return 0;
}

int counters_group_open(const struct hftmon_counters *c, uint32_t group, uint32_t tid,
			struct counter_set *set)
{
	uint32_t leader = counters_group_leader(c, group);
	int err;

	memset(set, 0, sizeof(*set));
	memset(set->fds, -1, sizeof(set->fds));
	err = open_one(c, group, leader, tid, set);
	if (!err && c->options.on_core)
		err = counters_ring_map(set, set->fds[leader]);
	for (uint32_t i = 0; !err && i < c->groups[group].count; i++)
		if (i != leader)
			err = open_one(c, group, i, tid, set);
	if (err)
		counters_group_close(c, group, set);
	return err;
}

int counters_group_enable(const struct hftmon_counters *c, uint32_t group,
			  const struct counter_set *set)
{
	int fd = set->fds[counters_group_leader(c, group)];

	return ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) ? -errno : 0;
}

void counters_group_close(const struct hftmon_counters *c, uint32_t group,
			  struct counter_set *set)
{
	counters_ring_unmap(set);
	for (uint32_t i = 0; i <= c->groups[group].count; i++) {
		if (set->fds[i] >= 0)
			close(set->fds[i]);
		set->fds[i] = -1;
	}
}

void counters_group_decode(const struct counter_group *group, const uint64_t *ids,
			   const uint64_t *words, struct counter_reading *reading)
{
	const uint64_t *pairs = words + HEAD_WORDS;

	reading->enabled_ns = words[1];
	reading->running_ns = words[2];
	for (uint64_t p = 0; p < words[0]; p++)
		for (uint32_t i = 0; i < group->count; i++)
			if (pairs[2 * p + 1] == ids[i])
				reading->values[i] = pairs[2 * p];
}

int counters_group_read(const struct hftmon_counters *c, uint32_t group,
			const struct counter_set *set, struct counter_reading *reading)
{
	uint64_t words[HEAD_WORDS + 2 * (HFTMON_COUNTER_EVENTS + 1)];
	ssize_t n;

	reading->time_ns = clock_ns(CLOCK_MONOTONIC);
	n = read(set->fds[counters_group_leader(c, group)], words, sizeof(words));
	if (n < 0)
		return -errno;
	/* End of file: a pinned group that found no counter is in error state. */
	if (n == 0)
		return 0;
	counters_group_decode(&c->groups[group], set->ids, words, reading);
	return 1;
}

struct trial {
	const struct hftmon_counter_event *events;
	uint32_t count;
	bool exclude_kernel;
	int result;
};

/* Long enough that the scheduler has put the group on the counters, or has failed to. */
static void run_a_while(void)
{
	uint64_t until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 20000;

	while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until)
		;
}

static void *try_group(void *argument)
{
	struct trial *t = argument;
	uint64_t words[HEAD_WORDS + 2 * HFTMON_COUNTER_EVENTS];
	int fds[HFTMON_COUNTER_EVENTS];
	uint32_t n = 0;

	t->result = 0;
	while (n < t->count && !t->result) {
		struct perf_event_attr attr = attr_of(&t->events[n], t->exclude_kernel);

		attr.pinned = n == 0;
		fds[n] = open_event(&attr, 0, n ? fds[0] : -1);
		if (fds[n] < 0)
			t->result = fds[n];
		else
			n++;
	}
	if (!t->result) {
		run_a_while();
		if (read(fds[0], words, sizeof(words)) <= 0 || words[2] == 0)
			t->result = -EBUSY;
	}
	while (n)
		close(fds[--n]);
	return NULL;
}

int hftmon_counters__try(const struct hftmon_counter_event *events, uint32_t count,
			 uint32_t exclude_kernel, const uint32_t *cpus, uint32_t cpu_count)
{
	struct trial t = { .events = events, .count = count, .exclude_kernel = exclude_kernel };
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t set;
	int err;

	if (!count || count > HFTMON_COUNTER_EVENTS)
		return fail(-EINVAL, "%u events in a group of 1 to %u", count, HFTMON_COUNTER_EVENTS);
	CPU_ZERO(&set);
	for (uint32_t i = 0; i < cpu_count; i++)
		if (cpus[i] < CPU_SETSIZE)
			CPU_SET(cpus[i], &set);
	pthread_attr_init(&attr);
	if (cpu_count)
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	err = -pthread_create(&thread, &attr, try_group, &t);
	pthread_attr_destroy(&attr);
	if (err)
		return fail(err, "starting a thread to try events on");
	pthread_join(thread, NULL);
	return t.result ? fail(t.result, "counting %u events", count) : 0;
}
