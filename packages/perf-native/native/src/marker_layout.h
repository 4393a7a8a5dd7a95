/* SPDX-License-Identifier: MIT */
/* The layout of an area, from the header that writers use. */
#ifndef HFTMON_MARKER_LAYOUT_H
#define HFTMON_MARKER_LAYOUT_H

#define HFTMON_MARKER_LAYOUT_ONLY
#include "../../../marker/include/hftmon_marker.h"

#endif
