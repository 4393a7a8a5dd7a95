/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* System calls that stay on the CPU for long: the kernel works, the thread does not wait. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

static int zero; /* /dev/zero */

/* Makes one call and times it alone. */
static struct interval call_once(long number, char *buffer, size_t bytes)
{
	struct interval time;
	char *area = NULL;
	long result;

	if (number == SYS_munmap)
		area = memory__populated(bytes);
	time.start_ns = clock__now_ns();
	if (number == SYS_getrandom)
		result = syscall(SYS_getrandom, buffer, bytes, 0);
	else if (number == SYS_read)
		result = syscall(SYS_read, zero, buffer, bytes);
	else
		result = syscall(SYS_munmap, area, bytes);
	time.end_ns = clock__now_ns();
	if (result < 0)
		workload__fail("system call %ld failed: %s", number, strerror(errno));
	return time;
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count call mib gap-us cpu");
	struct interval *calls;
	struct usage before, usage;
	const char *name;
	uint64_t gap_ns;
	size_t bytes;
	pid_t tid = thread__tid();
	long count, number;
	char *buffer;

	workload__begin(&options);
	count = options__number(&options, "count", 7, 1, 10000);
	name = options__word(&options, "call", "getrandom", "getrandom|read|munmap");
	bytes = (size_t)options__number(&options, "mib", 2, 1, 31) << 20;
	gap_ns = (uint64_t)options__number(&options, "gap-us", 1000, 0, 1000000) * NS_PER_US;
	thread__pin(options__cpu(&options, "cpu", -1));
	number = !strcmp(name, "getrandom") ? SYS_getrandom :
		 !strcmp(name, "read")	    ? SYS_read :
					      SYS_munmap;
	calls = memory__populated((size_t)count * sizeof(*calls));
	buffer = memory__populated(bytes);
	zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < count; i++) {
		if (gap_ns)
			clock__spin_until(clock__now_ns() + gap_ns);
		calls[i] = call_once(number, buffer, bytes);
	}
	usage = usage__since(usage__of_thread(), before);

	report__begin("longsyscall");
	report__number("tid", tid);
	report__text("call", name);
	report__number("syscall", number);
	report__number("bytes", (int64_t)bytes);
	usage__report("usage", usage);
	report__intervals("calls", calls, (size_t)count);
	report__close();
	workload__rest();
}
