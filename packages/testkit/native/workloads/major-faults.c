/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Page faults that have to wait for the disk: pages of a file, dropped from the page cache and
 * touched one by one. A file system without a disk beneath (tmpfs) has no major faults; the
 * report then says so, and its count is what the kernel says.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "handshake.h"
#include "report.h"
#include "tempfile.h"
#include "thread.h"

/* Far enough apart that neither read-ahead nor fault-around brings in the next one. */
#define STRIDE (1ul << 20)

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "pages dir cpu");
	struct usage before, usage;
	struct interval *touches;
	const char *directory;
	pid_t tid = thread__tid();
	char *area;
	size_t size;
	long pages;
	int fd;

	workload__begin(&options);
	pages = options__number(&options, "pages", 13, 1, 512);
	directory = options__word(&options, "dir", "/var/tmp", NULL);
	thread__pin(options__cpu(&options, "cpu", -1));
	touches = memory__populated((size_t)pages * sizeof(*touches));
	size = (size_t)pages * STRIDE;
	fd = tempfile__open(directory, size);
	area = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		workload__fail("cannot map a file: %s", strerror(errno));
	madvise(area, size, MADV_RANDOM);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	usage__of_thread();
	clock__now_ns();
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < pages; i++) {
		touches[i].start_ns = clock__now_ns();
		(void)*(volatile char *)(area + (size_t)i * STRIDE);
		touches[i].end_ns = clock__now_ns();
	}
	usage = usage__since(usage__of_thread(), before);

	report__begin("major-faults");
	report__number("tid", tid);
	report__number("pages", pages);
	report__text("filesystem", tempfile__filesystem(fd));
	if (usage.major_faults == 0)
		report__text("unsupported",
			     "the file's pages did not leave memory, so no fault was a major one");
	report__address("address", area);
	report__number("strideBytes", STRIDE);
	usage__report("usage", usage);
	report__intervals("touches", touches, (size_t)pages);
	report__close();
	workload__rest();
}
