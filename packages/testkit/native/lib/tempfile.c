/* SPDX-License-Identifier: MIT OR GPL-2.0 */
#include "tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "handshake.h"

#define XFS_MAGIC 0x58465342

int tempfile__open(const char *directory, size_t bytes)
{
	static char block[65536];
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/hftmon-XXXXXX", directory);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		workload__fail("cannot make a file in %s: %s", directory, strerror(errno));
	unlink(path);
	memset(block, 0x5a, sizeof(block));
	while (bytes) {
		size_t part = bytes < sizeof(block) ? bytes : sizeof(block);
		ssize_t put = write(fd, block, part);

		if (put <= 0)
			workload__fail("cannot fill a file in %s: %s", directory, strerror(errno));
		bytes -= (size_t)put;
	}
	if (fsync(fd))
		workload__fail("cannot sync a file in %s: %s", directory, strerror(errno));
	return fd;
}

const char *tempfile__filesystem(int fd)
{
	static char number[32];
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return "unknown";
	switch ((unsigned long)fs.f_type) {
	case EXT4_SUPER_MAGIC:
		return "ext4";
	case TMPFS_MAGIC:
		return "tmpfs";
	case OVERLAYFS_SUPER_MAGIC:
		return "overlay";
	case BTRFS_SUPER_MAGIC:
		return "btrfs";
	case XFS_MAGIC:
		return "xfs";
	}
	snprintf(number, sizeof(number), "0x%lx", (unsigned long)fs.f_type);
	return number;
}
