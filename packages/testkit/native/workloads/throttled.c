/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A thread that works without a pause in a control group of its own, whose quota stops it: a known
 * number of times, by the kernel's account, with the gaps that its own clock saw.
 */
#include "cgroup.h"
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
static struct cgroup group;

static void make_group(long quota_us, long period_us)
{
	cgroup__make(&group, "cpu", "throttled");
	if (group.version == 1) {
		cgroup__put(&group, "cpu.cfs_period_us", "%ld", period_us);
		cgroup__put(&group, "cpu.cfs_quota_us", "%ld", quota_us);
	} else {
		cgroup__put(&group, "cpu.max", "%ld %ld", quota_us, period_us);
	}
	cgroup__enter(&group);
}

static long long throttled_ns(void)
{
	return group.version == 1 ? cgroup__get(&group, "cpu.stat", "throttled_time")
				  : cgroup__get(&group, "cpu.stat", "throttled_usec") * 1000;
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
	report__text("cgroup", cgroup__name(&group));
	report__number("quotaUs", quota_us);
	report__number("periodUs", period_us);
	report__number("throttledNs", throttled_ns());
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__intervals("gaps", gaps, (size_t)count);
	report__close();
	workload__rest();
}
