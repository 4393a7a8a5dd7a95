/* SPDX-License-Identifier: MIT */
/* A session's tables, mapped once more and for reading alone: they outlive the session. */
#ifndef HFTMON_SESSION_VIEW_H
#define HFTMON_SESSION_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "hftmon/hftmon.h"
#include "hftmon/shared.h"

struct session_view {
	const struct hftmon_thread *threads;
	size_t threads_bytes;
	const struct hftmon_cpu *cpus;
	size_t cpus_bytes;
	uint32_t cpu_count;
};

int session_view_open(const hftmon_session *s, struct session_view *view);
void session_view_close(struct session_view *view);
/* Slot of a thread that the session follows, 0 for none. */
uint32_t session_slot_of(const hftmon_session *s, uint32_t tid);

#endif
