/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A control group of the workload's own, removed when the workload ends, however that comes. */
#ifndef HFTMON_TESTKIT_CGROUP_H
#define HFTMON_TESTKIT_CGROUP_H

struct cgroup {
	int version;	 /* 1 or 2 */
	char root[2048]; /* of the hierarchy */
	char path[4096];
};

/* Makes a group in the hierarchy of a controller, or ends the program with an error line. */
void cgroup__make(struct cgroup *group, const char *controller, const char *name);
/* Its path below the root. */
const char *cgroup__name(const struct cgroup *group);
/* Writes a file of the group. */
__attribute__((format(printf, 3, 4))) void cgroup__put(const struct cgroup *group, const char *file,
						       const char *format, ...);
/* A number of a file with lines "KEY NUMBER", -1 if there is none of that key. */
long long cgroup__get(const struct cgroup *group, const char *file, const char *key);
/* Moves this process there. */
void cgroup__enter(const struct cgroup *group);

#endif
