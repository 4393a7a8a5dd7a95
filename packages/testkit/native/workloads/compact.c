/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Has the kernel compact all memory, a number of times, in the thread that asks for it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

#define COMPACT "/proc/sys/vm/compact_memory"

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "cpu count");
	struct interval *writes;
	pid_t tid = thread__tid();
	long count;
	int file;

	workload__begin(&options);
	count = options__number(&options, "count", 3, 1, 100);
	thread__pin(options__cpu(&options, "cpu", -1));
	writes = memory__populated((size_t)count * sizeof(*writes));
	file = open(COMPACT, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		workload__fail("%s: %s", COMPACT, strerror(errno));
	workload__ready(&tid, 1);

	for (long i = 0; i < count; i++) {
		writes[i].start_ns = clock__now_ns();
		if (write(file, "1", 1) != 1)
			workload__fail("%s: %s", COMPACT, strerror(errno));
		writes[i].end_ns = clock__now_ns();
	}

	report__begin("compact");
	report__number("tid", tid);
	report__intervals("writes", writes, (size_t)count);
	report__close();
	workload__rest();
}
