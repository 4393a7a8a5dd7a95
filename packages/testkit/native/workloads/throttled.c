/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A thread that works without a pause in a control group of its own, whose quota stops it: a known
 * number of times, by the kernel's account, with the gaps that its own clock saw.
 * The group is removed also when this process is killed: a child outlives it by that much.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

/* A gap at least that long makes it look whether it was throttled. */
#define GAP_NS (50 * NS_PER_US)

static struct latch ready = { 1 }, gate = { 1 }, finished = { 1 };
static int cpu;
static pid_t tid;
static long count, seen;
static uint64_t start_ns, end_ns;
static struct interval *gaps;
static int version;
static char root[PATH_MAX / 2], group[PATH_MAX];

/* The hierarchy of the CPU controller: the first version where it was given to that. */
static void find_root(void)
{
	FILE *file = fopen("/proc/self/mounts", "r");
	char line[PATH_MAX], path[PATH_MAX / 2], type[32], options[256];

	while (file && fgets(line, sizeof(line), file)) {
		char *saved, *option;

		if (sscanf(line, "%*s %2047s %31s %255s", path, type, options) != 3)
			continue;
		if (!strcmp(type, "cgroup2") && !version) {
			version = 2;
			strcpy(root, path);
		}
		if (strcmp(type, "cgroup"))
			continue;
		for (option = strtok_r(options, ",", &saved); option;
		     option = strtok_r(NULL, ",", &saved)) {
			if (strcmp(option, "cpu"))
				continue;
			version = 1;
			strcpy(root, path);
		}
	}
	if (file)
		fclose(file);
	if (!version)
		workload__fail("no cgroup hierarchy with the CPU controller is mounted");
}

static int put(const char *file, const char *text)
{
	char path[PATH_MAX + 64];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	err = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static void put_number(const char *file, long number)
{
	char text[32];
	int err;

	snprintf(text, sizeof(text), "%ld", number);
	err = put(file, text);
	if (err)
		workload__fail("%s/%s: %s", group, file, strerror(err));
}

/* The child waits for our end, however it comes, and removes the group. */
static void remove_at_end(void)
{
	int pipes[2];
	char byte;

	if (pipe2(pipes, O_CLOEXEC))
		workload__fail("no pipe: %s", strerror(errno));
	switch (fork()) {
	case -1:
		workload__fail("no child: %s", strerror(errno));
	case 0:
		prctl(PR_SET_PDEATHSIG, 0);
		close(pipes[1]);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		while (read(pipes[0], &byte, 1) < 0 && errno == EINTR)
			;
		for (int tries = 0; tries < 1000 && rmdir(group) && errno == EBUSY; tries++)
			usleep(10000);
		_exit(0);
	}
	close(pipes[0]); /* the other end stays open as long as we live */
}

static void make_group(long quota_us, long period_us)
{
	char text[64];
	int err;

	find_root();
	snprintf(group, sizeof(group), "%s/hftmon-throttled-%d", root, getpid());
	if (mkdir(group, 0755))
		workload__fail("%s: %s", group, strerror(errno));
	remove_at_end();
	if (version == 1) {
		put_number("cpu.cfs_period_us", period_us);
		put_number("cpu.cfs_quota_us", quota_us);
	} else {
		snprintf(text, sizeof(text), "%ld %ld", quota_us, period_us);
		err = put("cpu.max", text);
		if (err)
			workload__fail("%s/cpu.max: %s", group, strerror(err));
	}
	put_number("cgroup.procs", getpid());
}

/* A count of the group's cpu.stat, -1 if there is none of that name. */
static long long counted(const char *name)
{
	char path[PATH_MAX + 64], line[128], key[64];
	long long value, found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "%s/cpu.stat", group);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %lld", key, &value) == 2 && !strcmp(key, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

static long long throttled_ns(void)
{
	return version == 1 ? counted("throttled_time") : counted("throttled_usec") * 1000;
}

static void *spin(void *unused)
{
	long long total = throttled_ns(), before;
	uint64_t last, now;

	(void)unused;
	tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	start_ns = last = clock__now_ns();
	while (seen < count) {
		now = clock__now_ns();
		if (now - last > GAP_NS) {
			before = total;
			total = throttled_ns();
			if (total > before)
				gaps[seen++] = (struct interval){ last, now };
			now = clock__now_ns();
		}
		last = now;
	}
	end_ns = last;
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "cpu count quota-us period-us");
	long quota_us, period_us;
	pthread_t thread;

	workload__begin(&options);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	count = options__number(&options, "count", 7, 1, 1000);
	quota_us = options__number(&options, "quota-us", 10000, 1000, 1000000);
	period_us = options__number(&options, "period-us", 50000, 1000, 1000000);
	if (quota_us >= period_us)
		workload__fail("the quota must be shorter than the period");
	gaps = memory__populated((size_t)count * sizeof(*gaps));

	make_group(quota_us, period_us);
	thread__start(&thread, spin, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);
	workload__ready(&tid, 1);

	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(&tid, 1);
	report__begin("throttled");
	report__number("cpu", cpu);
	report__number("tid", tid);
	report__text("cgroup", group + strlen(root));
	report__number("quotaUs", quota_us);
	report__number("periodUs", period_us);
	report__number("throttledNs", throttled_ns());
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__intervals("gaps", gaps, (size_t)count);
	report__close();
	workload__rest();
}
