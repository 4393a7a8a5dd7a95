/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Memory with a known history: a region of which the first part is touched page by page by one
 * thread, on one CPU, so that its node gets the pages (or bound to a node), and the rest never.
 * Then another thread, on its own CPU, loads and stores every line of a hot part again and again.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define PAGE 4096ul
#define LINE 64
#define MIB (1l << 20)
#define MOST_NODES 1024

static struct latch ready = { 1 }, touched_all = { 1 }, gate = { 1 }, finished = { 1 };
static char *region, *hot;
static size_t bytes, touched_bytes, hot_bytes;
static int cpu, touch_cpu, stop;
static pid_t tid, toucher_tid;
static uint64_t passes, start_ns, end_ns;

static void bind_to(long node)
{
	unsigned long mask[MOST_NODES / (8 * sizeof(long))] = { 0 };

	mask[(size_t)node / (8 * sizeof(long))] = 1ul << ((size_t)node % (8 * sizeof(long)));
	if (syscall(SYS_mbind, region, bytes, MPOL_BIND, mask, MOST_NODES, 0))
		workload__fail("cannot bind memory to node %ld: %s", node, strerror(errno));
}

static void *touch(void *unused)
{
	(void)unused;
	toucher_tid = thread__tid();
	thread__pin(touch_cpu);
	for (size_t at = 0; at < touched_bytes; at += PAGE)
		*(volatile char *)(region + at) = (char)(at / PAGE);
	latch__arrive(&touched_all);
	thread__park();
}

__attribute__((noinline, noclone)) void touch_lines(char *from, size_t length)
{
	for (size_t at = 0; at < length; at += LINE) {
		volatile uint64_t *word = (volatile uint64_t *)(from + at);
		uint64_t value = *word;

		__asm__ volatile("" : "+r"(value));
		*word = value + 1;
	}
}

static void *use(void *unused)
{
	(void)unused;
	tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	start_ns = clock__now_ns();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		touch_lines(hot, hot_bytes);
		passes++;
	}
	end_ns = clock__now_ns();
	latch__arrive(&finished);
	thread__park();
}

static void report_places(void)
{
	report__number("toucherTid", toucher_tid);
	report__number("touchCpu", touch_cpu);
	report__number("cpu", cpu);
	report__address("address", region);
	report__number("bytes", (int64_t)bytes);
	report__number("touchedBytes", (int64_t)touched_bytes);
	report__address("hotAddress", hot);
	report__number("hotBytes", (int64_t)hot_bytes);
}

static void say_ready(const pid_t *tids)
{
	thread__await_asleep(tids, 2);
	report__open();
	report__flag("ready", 1);
	report__number("pid", getpid());
	report__open_list("tids");
	report__number(NULL, tids[0]);
	report__number(NULL, tids[1]);
	report__close_list();
	report_places();
	report__close();
	workload__await("go");
}

static void map_region(long node)
{
	char *guarded = mmap(NULL, bytes + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (guarded == MAP_FAILED)
		workload__fail("no address space: %s", strerror(errno));
	/* Guard pages keep the kernel from merging it with a neighbour: /proc shows it alone. */
	region = guarded + PAGE;
	if (mprotect(region, bytes, PROT_READ | PROT_WRITE))
		workload__fail("no memory: %s", strerror(errno));
	madvise(region, bytes, MADV_NOHUGEPAGE);
	if (node >= 0)
		bind_to(node);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(
		argc, argv, "mib touched-mib hot-mib hot-at-mib node cpu touch-cpu duration-ms");
	long mib, touched_mib, hot_mib, hot_at_mib, duration_ms;
	pthread_t toucher, user;
	pid_t tids[2];

	workload__begin(&options);
	mib = options__number(&options, "mib", 16, 1, 1048576);
	touched_mib = options__number(&options, "touched-mib", (mib + 1) / 2, 1, mib);
	hot_mib = options__number(&options, "hot-mib", 1, 1, touched_mib);
	hot_at_mib = options__number(&options, "hot-at-mib", 0, 0, touched_mib - hot_mib);
	duration_ms = options__number(&options, "duration-ms", 0, 0, 3600000);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	touch_cpu = options__cpu(&options, "touch-cpu", cpu);
	bytes = (size_t)(mib * MIB);
	touched_bytes = (size_t)(touched_mib * MIB);
	hot_bytes = (size_t)(hot_mib * MIB);
	map_region(options__number(&options, "node", -1, -1, MOST_NODES - 1));
	hot = region + hot_at_mib * MIB;

	thread__start(&toucher, touch, NULL);
	latch__wait(&touched_all);
	thread__start(&user, use, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);
	tids[0] = tid;
	tids[1] = toucher_tid;
	say_ready(tids);

	latch__arrive(&gate);
	workload__running();
	if (duration_ms)
		clock__sleep_ns((uint64_t)duration_ms * NS_PER_MS);
	else
		workload__await("stop");
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("touch");
	report__number("tid", tid);
	report_places();
	report__number("passes", (int64_t)passes);
	report__number("accesses", (int64_t)(2 * passes * (hot_bytes / LINE)));
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__close();
	workload__rest();
}
