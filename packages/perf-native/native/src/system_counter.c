/* SPDX-License-Identifier: MIT */
#include "hftmon/system_counter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "error.h"
#include "owned.h"

struct hftmon_system_counter {
	struct owned owned;
	int fd;
};

static void close_owned(struct owned *owned)
{
	hftmon_system_counter__close((hftmon_system_counter *)owned);
}

int hftmon_system_counter__open(uint32_t type, uint64_t config, uint64_t config1, uint64_t config2,
				uint32_t cpu, hftmon_system_counter **out)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.config1 = config1,
		.config2 = config2,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	struct hftmon_system_counter *c = calloc(1, sizeof(*c));

	if (!c)
		return fail(-ENOMEM, "a system counter");
	c->fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (c->fd < 0) {
		int err = -errno;

		free(c);
		return fail(err, "counting event %#llx of PMU %u on CPU %u",
			    (unsigned long long)config, type, cpu);
	}
	owned__remember(&c->owned, close_owned);
	*out = c;
	return 0;
}

int hftmon_system_counter__read(hftmon_system_counter *c, double *out)
{
	uint64_t values[3];
	ssize_t got = read(c->fd, values, sizeof(values));

	if (got < 0)
		return fail(-errno, "reading a system counter");
	if (got != sizeof(values))
		return fail(-EIO, "reading a system counter: %zd bytes", got);
	for (int i = 0; i < 3; i++)
		out[i] = (double)values[i];
	return 0;
}

void hftmon_system_counter__close(hftmon_system_counter *c)
{
	if (!c)
		return;
	owned__forget(&c->owned);
	close(c->fd);
	free(c);
}
