/* SPDX-License-Identifier: MIT */
/* flock(2): who holds a file or a directory lives, whatever namespace it is in. */
#ifndef HFTMON_FILE_LOCK_H
#define HFTMON_FILE_LOCK_H

#include "hftmon/hftmon.h"

/*
 * Locks an open file, or directory, without waiting. The kernel lets go of it when the file is
 * closed or its process ends. Returns 0; -EWOULDBLOCK when another open file has it, and what else
 * flock(2) says of file systems that have no locks.
 */
HFTMON_API int hftmon_file_lock__take(int fd);

#endif
