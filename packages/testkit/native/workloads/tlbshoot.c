/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * One thread changes its address space again and again while another of the same process spins on
 * a second CPU, so that the kernel must interrupt that CPU to flush its TLB: shootdown IPIs with
 * a known sender, each within a timed call. (A CPU that can broadcast flushes needs no IPI.)
 * By mprotect, every second call gives the right back, which may or may not flush.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

static struct latch ready = { 2 }, gate = { 1 }, spinning = { 1 }, finished = { 2 };
static int cpu, other_cpu, by_mprotect, stop;
static pid_t spinner_tid, sender_tid;
static long count;
static uint64_t gap_ns, iterations;
static struct interval *calls;
static char *page;

static void *spin(void *unused)
{
	(void)unused;
	spinner_tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	latch__arrive(&spinning);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		iterations++;
	latch__arrive(&finished);
	thread__park();
}

static struct interval shoot(long i)
{
	struct interval time;
	int failed;

	if (!by_mprotect || !(i & 1))
		*(volatile char *)page = 1; /* a mapping, or a right, to be taken away */
	time.start_ns = clock__now_ns();
	if (by_mprotect)
		failed = mprotect(page, 4096, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ);
	else
		failed = madvise(page, 4096, MADV_DONTNEED);
	time.end_ns = clock__now_ns();
	if (failed)
		workload__fail("cannot change a mapping: %s", strerror(errno));
	return time;
}

static void *send(void *unused)
{
	(void)unused;
	sender_tid = thread__tid();
	thread__pin(other_cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	latch__wait(&spinning);
	for (long i = 0; i < count; i++) {
		clock__sleep_ns(gap_ns);
		calls[i] = shoot(i);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count via gap-us cpu other-cpu");
	pthread_t threads[2];
	pid_t tids[2];

	workload__begin(&options);
	count = options__number(&options, "count", 211, 1, 1000000);
	gap_ns = (uint64_t)options__number(&options, "gap-us", 200, 0, 1000000) * NS_PER_US;
	by_mprotect =
		!strcmp(options__word(&options, "via", "madvise", "madvise|mprotect"), "mprotect");
	other_cpu = options__cpu(&options, "other-cpu", thread__other_cpu(-1));
	cpu = options__cpu(&options, "cpu", thread__other_cpu(other_cpu));
	if (cpu < 0 || cpu == other_cpu)
		workload__fail("needs two CPUs");
	calls = memory__populated((size_t)count * sizeof(*calls));
	page = memory__populated(4096);
	thread__start(&threads[0], spin, NULL);
	thread__start(&threads[1], send, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);
	tids[0] = spinner_tid;
	tids[1] = sender_tid;
	workload__ready(tids, 2);

	latch__arrive(&gate);
	latch__wait(&finished);

	thread__await_asleep(tids, 2);
	report__begin("tlbshoot");
	report__text("via", by_mprotect ? "mprotect" : "madvise");
	report__number("cpu", cpu);
	report__number("otherCpu", other_cpu);
	report__number("tid", spinner_tid);
	report__number("senderTid", sender_tid);
	report__number("iterations", (int64_t)iterations);
	report__intervals("calls", calls, (size_t)count);
	report__close();
	workload__rest();
}
