/* SPDX-License-Identifier: MIT */
#include "hftmon/file_lock.h"

#include <errno.h>
#include <sys/file.h>

int hftmon_file_lock__take(int fd)
{
	while (flock(fd, LOCK_EX | LOCK_NB))
		if (errno != EINTR)
			return -errno;
	return 0;
}
