/* SPDX-License-Identifier: MIT */
#include "marker_owner.h"

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

int marker_owner_read_status(struct marker_owner *owner, const char *path)
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
	err = marker_owner_read_status(owner, path);
	return err ? fail(err, "%s", path) : 0;
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
