/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Waits for a lock of the kernel: one thread changes the protection of much memory, which holds the
 * lock of the address space, and meanwhile the target maps a page, which needs it. Whether it slept
 * for the lock is the kernel's decision: it spins as long as the holder is on its CPU and nothing
 * else wants the one of the target. So rounds go on until enough of them slept, by the count of the
 * kernel.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define PAGE 4096ul
#define HEAD_START_NS (100 * NS_PER_US)
/* A kernel that never lets the target sleep ends it. */
#define MOST_ROUNDS_PER_WAIT 20

static struct latch ready = { 2 }, gate = { 1 }, finished = { 2 };
static int cpu, other_cpu;
static long count;
static char *area;
static size_t area_bytes;
static pid_t tids[2];
static struct interval *waits;
static long slept;	  /* rounds in which the target slept for the lock */
static long held, mapped; /* rounds begun by the holder, ended by the target */

/* After that many rounds; known to both threads as soon as the last one is mapped. */
static int is_enough(long rounds)
{
	return slept == count || rounds == count * MOST_ROUNDS_PER_WAIT;
}

static void await(const long *rounds, long at_least)
{
	while (__atomic_load_n(rounds, __ATOMIC_ACQUIRE) < at_least)
		;
}

static void *hold(void *unused)
{
	int protection = PROT_READ;

	(void)unused;
	tids[1] = thread__tid();
	thread__pin(other_cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	for (long i = 0; !is_enough(i); i++) {
		__atomic_store_n(&held, i + 1, __ATOMIC_RELEASE);
		if (mprotect(area, area_bytes, protection))
			workload__fail("mprotect: %s", strerror(errno));
		protection ^= PROT_WRITE;
		await(&mapped, i + 1);
	}
	latch__arrive(&finished);
	thread__park();
}

static void *map(void *unused)
{
	struct usage before;
	struct interval time;
	char *page;

	(void)unused;
	tids[0] = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	for (long i = 0; !is_enough(i); i++) {
		await(&held, i + 1);
		clock__spin_until(clock__now_ns() + HEAD_START_NS);
		before = usage__of_thread();
		time.start_ns = clock__now_ns();
		page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		time.end_ns = clock__now_ns();
		if (usage__since(usage__of_thread(), before).voluntary)
			waits[slept++] = time;
		munmap(page, PAGE);
		__atomic_store_n(&mapped, i + 1, __ATOMIC_RELEASE);
	}
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "cpu count megabytes");
	pthread_t threads[2];

	workload__begin(&options);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	other_cpu = thread__other_cpu(cpu);
	if (other_cpu < 0)
		workload__fail("needs two CPUs");
	count = options__number(&options, "count", 11, 1, 10000);
	area_bytes = (size_t)options__number(&options, "megabytes", 128, 1, 1024) << 20;
	waits = memory__populated((size_t)count * sizeof(*waits));
	area = mmap(NULL, area_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		workload__fail("no memory: %s", strerror(errno));
	madvise(area, area_bytes, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < area_bytes; at += PAGE)
		area[at] = 1;

	thread__start(&threads[0], map, NULL);
	thread__start(&threads[1], hold, NULL);
	latch__wait(&ready);
	workload__ready(tids, 2);

	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("mmaplock");
	report__number("tid", tids[0]);
	report__number("holderTid", tids[1]);
	report__number("rounds", mapped);
	report__intervals("waits", waits, (size_t)slept);
	report__close();
	workload__rest();
}
