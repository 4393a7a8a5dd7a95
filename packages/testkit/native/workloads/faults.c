/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * An exact number of minor page faults: fresh anonymous pages, touched one by one. With --huge
 * each touch brings in 2 MiB, which the kernel has to clear: a long fault.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

#define SMALL 4096ul
#define HUGE (2ul << 20)

/* AnonHugePages of this process, bytes. */
static long huge_bytes(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	char line[128];
	long kilobytes = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "AnonHugePages: %ld kB", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes < 0 ? -1 : kilobytes * 1024;
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "pages huge gap-us cpu");
	struct usage before, usage;
	struct interval *touches;
	uint64_t gap_ns, total_ns = 0;
	size_t size, page;
	pid_t tid = thread__tid();
	long pages;
	char *area, *first;
	int huge;

	workload__begin(&options);
	huge = options__flag(&options, "huge");
	page = huge ? HUGE : SMALL;
	pages = options__number(&options, "pages", huge ? 7 : 1009, 1, huge ? 256 : 262144);
	gap_ns = (uint64_t)options__number(&options, "gap-us", 0, 0, 1000000) * NS_PER_US;
	thread__pin(options__cpu(&options, "cpu", -1));
	touches = memory__populated((size_t)pages * sizeof(*touches));
	size = ((size_t)pages + 1) * page;
	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		workload__fail("no address space: %s", strerror(errno));
	first = (char *)(((uintptr_t)area + page - 1) & ~(page - 1));
	madvise(area, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	usage__of_thread(); /* so that its own code is in memory before the count begins */
	clock__now_ns();
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < pages; i++) {
		if (gap_ns)
			clock__spin_until(clock__now_ns() + gap_ns);
		touches[i].start_ns = clock__now_ns();
		*(volatile char *)(first + (size_t)i * page) = 1;
		touches[i].end_ns = clock__now_ns();
		total_ns += touches[i].end_ns - touches[i].start_ns;
	}
	usage = usage__since(usage__of_thread(), before);

	report__begin("faults");
	report__number("tid", tid);
	report__number("pages", pages);
	report__number("pageBytes", (int64_t)page);
	report__number("hugeBytes", huge ? huge_bytes() : 0);
	report__number("totalNs", (int64_t)total_ns);
	report__address("address", first);
	usage__report("usage", usage);
	report__intervals("touches", touches, (size_t)pages);
	report__close();
	workload__rest();
}
