/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Waits for the disk: fsync after a write, or reads and writes past the page cache (O_DIRECT). A fast
 * device may answer before the thread has left its CPU: only `usage` tells how often it slept.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "tempfile.h"
#include "thread.h"

#define FILE_BYTES (4ul << 20)

static ssize_t operate(const char *mode, int fd, void *block, size_t bytes, off_t at)
{
	if (!strcmp(mode, "direct-read"))
		return pread(fd, block, bytes, at);
	if (!strcmp(mode, "direct-write"))
		return pwrite(fd, block, bytes, at);
	return fsync(fd);
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count mode dir size-kb gap-us cpu");
	struct usage before, usage;
	struct interval *operations;
	const char *mode, *directory;
	uint64_t gap_ns;
	size_t bytes;
	pid_t tid = thread__tid();
	long count;
	char *block;
	int fd, direct, error = 0;

	workload__begin(&options);
	count = options__number(&options, "count", 11, 1, 100000);
	mode = options__word(&options, "mode", "fsync", "direct-read|direct-write|fsync");
	directory = options__word(&options, "dir", "/var/tmp", NULL);
	bytes = (size_t)options__number(&options, "size-kb", 64, 4, 1024) * 1024;
	gap_ns = (uint64_t)options__number(&options, "gap-us", 0, 0, 1000000) * NS_PER_US;
	thread__pin(options__cpu(&options, "cpu", -1));
	operations = memory__populated((size_t)count * sizeof(*operations));
	block = memory__populated(bytes);
	fd = tempfile__open(directory, FILE_BYTES);
	direct = strcmp(mode, "fsync") != 0;
	if (direct && fcntl(fd, F_SETFL, O_DIRECT))
		workload__fail("%s has no O_DIRECT here: %s", tempfile__filesystem(fd),
			       strerror(errno));
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < count && !error; i++) {
		off_t at = (off_t)((size_t)i * bytes % (FILE_BYTES - bytes + 1) & ~4095ul);

		if (gap_ns)
			clock__spin_until(clock__now_ns() + gap_ns);
		if (!direct && pwrite(fd, block, bytes, at) < 0)
			error = errno;
		operations[i].start_ns = clock__now_ns();
		if (operate(mode, fd, block, bytes, at) < 0)
			error = errno;
		operations[i].end_ns = clock__now_ns();
	}
	usage = usage__since(usage__of_thread(), before);
	if (error)
		workload__fail("%s failed: %s", mode, strerror(error));

	report__begin("iowait");
	report__number("tid", tid);
	report__text("mode", mode);
	report__text("filesystem", tempfile__filesystem(fd));
	report__number("syscall", !direct	       ? SYS_fsync :
				  mode[7] == 'r' ? SYS_pread64 :
						   SYS_pwrite64);
	report__number("bytes", (int64_t)bytes);
	usage__report("usage", usage);
	report__intervals("operations", operations, (size_t)count);
	report__close();
	workload__rest();
}
