/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A file without a name: nothing is left behind, however the program ends. */
#ifndef HFTMON_TESTKIT_TEMPFILE_H
#define HFTMON_TESTKIT_TEMPFILE_H

#include <stddef.h>

/* Opens a new unlinked file in `directory`, filled with `bytes` and written to disk. */
int tempfile__open(const char *directory, size_t bytes);

/* Name of the file system, "ext4", "tmpfs", ... or its magic number in hex. */
const char *tempfile__filesystem(int fd);

#endif
