/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Reads a file that is larger than what its control group may have in memory: the thread has to
 * free pages, its own, before it gets new ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "handshake.h"
#include "report.h"
#include "tempfile.h"
#include "thread.h"

#define PAGE 4096
#define CHUNK (16 * PAGE)

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "cpu megabytes limit-megabytes directory");
	static char buffer[CHUNK];
	long megabytes, limit, reads;
	struct interval *calls;
	struct cgroup group;
	pid_t tid = thread__tid();
	int file;

	workload__begin(&options);
	megabytes = options__number(&options, "megabytes", 48, 2, 1024);
	limit = options__number(&options, "limit-megabytes", 16, 4, 1024);
	thread__pin(options__cpu(&options, "cpu", -1));
	reads = megabytes * (1 << 20) / CHUNK;
	calls = memory__populated((size_t)reads * sizeof(*calls));
	file = tempfile__open(options__word(&options, "directory", ".", NULL), (size_t)megabytes << 20);
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	cgroup__make(&group, "memory", "reclaim");
	cgroup__put(&group, group.version == 1 ? "memory.limit_in_bytes" : "memory.max", "%ld",
		    limit << 20);
	cgroup__enter(&group);
	workload__ready(&tid, 1);

	for (long i = 0; i < reads; i++) {
		calls[i].start_ns = clock__now_ns();
		if (pread(file, buffer, CHUNK, i * CHUNK) != CHUNK)
			workload__fail("read: %s", strerror(errno));
		calls[i].end_ns = clock__now_ns();
	}

	report__begin("reclaim");
	report__number("tid", tid);
	report__text("cgroup", cgroup__name(&group));
	report__number("pagesRead", megabytes * ((1 << 20) / PAGE));
	report__number("pagesAllowed", limit * ((1 << 20) / PAGE));
	report__intervals("reads", calls, (size_t)reads);
	report__close();
	workload__rest();
}
