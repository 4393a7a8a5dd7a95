/* SPDX-License-Identifier: MIT */
/* A limit on the target's CPU time: a control group of its own, with the quota set and lifted. */
#include "director.h"

#include <errno.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

#define V2_ROOT "/sys/fs/cgroup"
#define PERIOD_US "100000"
#define QUOTA_US "1000"
#define THROTTLED_NS (12 * NS_PER_MS)

static char group[256], home[4096];
static int version;

/* Where the cpu controller of version 1 is mounted. */
static int find_v1(char *root, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	int found = 0;

	while (mounts && !found && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup") && hasmntopt(mount, "cpu")) {
			snprintf(root, size, "%s", mount->mnt_dir);
			found = 1;
		}
	if (mounts)
		endmntent(mounts);
	return found;
}

/* The target's group in the hierarchy of that controller: "4:cpu,cpuacct:/path", or "0::/path". */
static const char *own_path(const char *controller)
{
	static char path[2048];
	char file[64];
	FILE *lines;
	char line[2048];

	snprintf(file, sizeof(file), "/proc/%d/cgroup", stage->target_pid);
	lines = fopen(file, "re");
	strcpy(path, "/");
	while (lines && fgets(line, sizeof(line), lines)) {
		char *names = strchr(line, ':');
		char *at = names ? strchr(names + 1, ':') : NULL;

		if (!at)
			continue;
		*at = 0;
		line[sizeof(line) - 1] = 0;
		at[1 + strcspn(at + 1, "\n")] = 0;
		if (!strcmp(names + 1, controller) ||
		    (*controller && !strncmp(names + 1, "cpu", 3) &&
		     (names[4] == 0 || names[4] == ',')))
			snprintf(path, sizeof(path), "%s", at + 1);
	}
	if (lines)
		fclose(lines);
	return path;
}

static int choose_group(void)
{
	const char *controllers;
	char root[128];

	if (find_v1(root, sizeof(root))) {
		version = 1;
		snprintf(home, sizeof(home), "%s%s/cgroup.procs", root, own_path("cpu"));
	} else {
		version = 2;
		strcpy(root, V2_ROOT);
		controllers = read_text(V2_ROOT "/cgroup.subtree_control");
		if (!controllers || !strstr(controllers, "cpu"))
			return skip("no control group of this host may limit CPU time");
		snprintf(home, sizeof(home), "%s%s/cgroup.procs", root, own_path(""));
	}
	/* In another pid namespace there may be the same tid. */
	snprintf(group, sizeof(group), "%s/hftmon-selftest-%d-%" PRIx64, root, stage->director_tid,
		 now_ns());
	return 0;
}

static int put(const char *file, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return write_text(path, text);
}

static int limit(int on)
{
	if (version == 2)
		return put("cpu.max", on ? QUOTA_US " " PERIOD_US : "max " PERIOD_US);
	return put("cpu.cfs_quota_us", on ? QUOTA_US : "-1");
}

/* ns for which the group was throttled so far, by the kernel's account; it counts when that ends. */
static uint64_t throttled_ns(void)
{
	const char *name = version == 2 ? "throttled_usec " : "throttled_time ";
	const char *text, *at;
	char path[512];

	snprintf(path, sizeof(path), "%s/cpu.stat", group);
	text = read_text(path);
	at = text ? strstr(text, name) : NULL;
	return at ? strtoull(at + strlen(name), NULL, 10) * (version == 2 ? NS_PER_US : 1) : 0;
}

static int throttle(struct deed *deed)
{
	char pid[16];
	int error;

	snprintf(pid, sizeof(pid), "%d", stage->target_pid);
	error = version == 1 ? put("cpu.cfs_period_us", PERIOD_US) : 0;
	if (!error)
		error = put("cgroup.procs", pid);
	while (!error && deed__goes_on(deed)) {
		uint64_t before = throttled_ns();
		struct interval time;

		pause_between();
		time.start_ns = now_ns();
		error = limit(1);
		sleep_ns(THROTTLED_NS);
		time.end_ns = now_ns();
		limit(0);
		sleep_ns(NS_PER_MS);
		before = throttled_ns() - before;
		if (before)
			deed__add(deed, time, before, before);
		else
			deed->voided++;
	}
	limit(0);
	write_text(home, pid);
	return error ? skip("cannot limit CPU time: %s", strerror(error)) : 0;
}

int deed__throttle(struct deed *deed)
{
	int error, result;

	if (choose_group())
		return -1;
	error = guard__make_group(group);
	if (error)
		return skip("cannot make a control group: %s", strerror(error));
	snprintf(deed->cgroup, sizeof(deed->cgroup), "%s", strrchr(group, '/') + 1);
	result = throttle(deed);
	guard__remove_group(group);
	if (!result && !deed->done)
		return skip("the kernel did not throttle a group that was over its quota");
	return result;
}
