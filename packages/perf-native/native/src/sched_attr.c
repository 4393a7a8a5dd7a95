/* SPDX-License-Identifier: MIT */
#include "hftmon/sched_attr.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct sched_attr of the first kernels that had it (3.14); later ones know its size too. */
struct kernel_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

/* Returns 0 or the errno. */
static uint32_t read_one(uint32_t tid, struct hftmon_sched_attr *out)
{
	struct kernel_attr attr;

	if (!tid)
		return ESRCH; /* to the kernel, 0 is the caller itself */
	if (syscall(SYS_sched_getattr, tid, &attr, sizeof(attr), 0))
		return (uint32_t)errno;
	/* The kernel fills what it has; not glibc's wrapper, which hides how much that is. */
	if (syscall(SYS_sched_getaffinity, tid, sizeof(out->mask), out->mask) < 0)
		return (uint32_t)errno;
	out->policy = attr.policy;
	out->nice = attr.nice;
	out->priority = attr.priority;
	out->flags = attr.flags;
	out->runtime_ns = attr.runtime;
	out->deadline_ns = attr.deadline;
	out->period_ns = attr.period;
	return 0;
}

int hftmon_sched_attr__read(const uint32_t *tids, uint32_t count, struct hftmon_sched_attr *out)
{
	int found = 0;

	for (uint32_t i = 0; i < count; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].error = read_one(tids[i], &out[i]);
		found += !out[i].error;
	}
	return found;
}
