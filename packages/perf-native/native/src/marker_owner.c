/* SPDX-License-Identifier: MIT */
#include "marker_owner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

/* The last number of the NSpid line: in the innermost namespace. */
static uint32_t last_number(const char *line)
{
	const char *last = strrchr(line, '\t');

	return last ? (uint32_t)strtoul(last, NULL, 10) : 0;
}

static int read_status(struct marker_owner *owner, const char *path)
{
	char line[512];
	int found = 0;
	FILE *file = fopen(path, "re");

	if (!file)
		return -errno;
	memset(owner, 0, sizeof(*owner));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Uid:\t%u\t%u", &owner->uid, &owner->euid) == 2)
			found++;
		if (!strncmp(line, "NSpid:", 6))
			owner->inner_pid = last_number(line);
	}
	fclose(file);
	return found && owner->inner_pid ? 0 : -ESRCH;
}

int marker_owner_read(struct marker_owner *owner, const char *proc_root, uint32_t pid)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/%u/status", proc_root, pid);
	err = read_status(owner, path);
	return err ? fail(err, "%s", path) : 0;
}

uint32_t marker_owner_outer_tid(const char *proc_root, uint32_t pid, uint32_t inner)
{
	struct marker_owner owner;
	struct dirent *entry;
	char path[4096];
	uint32_t tid = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%u/task", proc_root, pid);
	folder = opendir(path);
	while (folder && !tid && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/%u/task/%s/status", proc_root, pid, entry->d_name);
		if (entry->d_name[0] != '.' && !read_status(&owner, path) && owner.inner_pid == inner)
			tid = (uint32_t)strtoul(entry->d_name, NULL, 10);
	}
	if (folder)
		closedir(folder);
	return tid;
}

bool marker_owner_shares_clock(const char *proc_root, uint32_t pid)
{
	char path[4096], theirs[64] = "", ours[64] = "";

	snprintf(path, sizeof(path), "%s/%u/ns/time", proc_root, pid);
	/* Kernels without time namespaces have one clock for all. */
	if (readlink("/proc/self/ns/time", ours, sizeof(ours) - 1) < 0)
		return true;
	return readlink(path, theirs, sizeof(theirs) - 1) >= 0 && !strcmp(ours, theirs);
}
