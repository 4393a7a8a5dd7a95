/* SPDX-License-Identifier: MIT */
#include "marker_find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "marker_layout.h"

#define LINK "/memfd:" HFTMON_MARKER_FILE " (deleted)"

int marker_find(const char *proc_root, uint32_t pid, uint32_t *fds, uint64_t *inodes, uint32_t most)
{
	char path[4096], target[sizeof(LINK) + 1];
	struct dirent *entry;
	struct stat file;
	int found = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%u/fd", proc_root, pid);
	folder = opendir(path);
	if (!folder)
		return fail(-errno, "%s", path);
	while ((entry = readdir(folder))) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));

		if (length != (ssize_t)sizeof(LINK) - 1 || memcmp(target, LINK, sizeof(LINK) - 1))
			continue;
		/* Closed meanwhile. */
		if (fstatat(dirfd(folder), entry->d_name, &file, 0))
			continue;
		if ((uint32_t)found < most) {
			fds[found] = (uint32_t)strtoul(entry->d_name, NULL, 10);
			inodes[found] = (uint64_t)file.st_ino;
		}
		found++;
	}
	closedir(folder);
	return found;
}
