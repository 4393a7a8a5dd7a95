/* SPDX-License-Identifier: MIT */
/*
 * Marks of the calling process, for @hftmon/marker: hftmon_marker.h behind functions. Ids are
 * doubles, which cross the FFI as they are; exact up to 2^53.
 */
#ifndef HFTMON_MARKER_WRITER_H
#define HFTMON_MARKER_WRITER_H

#include <stdint.h>

#include "hftmon/hftmon.h"

/* Makes the area, as hftmon_marker_init() does. 0 or -errno. */
HFTMON_API int hftmon_marker_writer__open(uint32_t threads, uint32_t marks);
/* Gives the calling thread its ring. 0; -ENOSPC when there is none for it. */
HFTMON_API int hftmon_marker_writer__prepare(void);
/* Number of a name, for the three functions below; 0 when the table is full. */
HFTMON_API uint32_t hftmon_marker_writer__name(const char *text);
HFTMON_API void hftmon_marker_writer__begin(uint32_t name, double id);
HFTMON_API void hftmon_marker_writer__end(uint32_t name, double id, double value);
HFTMON_API void hftmon_marker_writer__instant(uint32_t name, double id, double value);

#endif
