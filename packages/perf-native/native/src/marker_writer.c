/* SPDX-License-Identifier: MIT */
#include "hftmon/marker_writer.h"

#include "../../../marker/include/hftmon_marker.h"

#include "error.h"

int hftmon_marker_writer__open(uint32_t threads, uint32_t marks)
{
	const struct hftmon_marker_options options = { .threads = threads, .marks = marks };

	if (hftmon_marker_init(&options))
		return fail(-errno, "making an area for marks: %s", strerror(errno));
	return 0;
}

int hftmon_marker_writer__prepare(void)
{
	return hftmon_marker_prepare() ? fail(-ENOSPC, "no ring is free for this thread") : 0;
}

uint32_t hftmon_marker_writer__name(const char *text)
{
	hftmon_marker_name name = HFTMON_MARKER_NAME(text);

	return hftmon_marker_intern_(&name);
}

void hftmon_marker_writer__begin(uint32_t name, double id)
{
	hftmon_marker_name known = { .id = name + 1 };

	hftmon_marker_begin(&known, (uint64_t)id);
}

void hftmon_marker_writer__end(uint32_t name, double id, double value)
{
	hftmon_marker_name known = { .id = name + 1 };

	hftmon_marker_end_value(&known, (uint64_t)id, value);
}

void hftmon_marker_writer__instant(uint32_t name, double id, double value)
{
	hftmon_marker_name known = { .id = name + 1 };

	hftmon_marker_instant(&known, (uint64_t)id, value);
}
