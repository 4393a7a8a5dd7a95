/* SPDX-License-Identifier: MIT */
/* Our own BPF programs, those of them that a session needs, and the maps that they share. */
#ifndef HFTMON_PROBE_SET_H
#define HFTMON_PROBE_SET_H

#include <stdint.h>

#include "hftmon/shared.h"
#include "object.h"

/* Sizes of the maps, known only when a session is opened. */
struct probe_sizes {
	uint32_t cpus;
	uint32_t records_per_cpu; /* power of two */
	uint32_t threads;
	uint32_t tid_pages;
	uint32_t open_spans; /* 1 without span probes */
};

struct probe_set {
	struct object object;
	struct hftmon_config *config; /* in the programs' .bss, which is mapped */
	uint8_t *variables;
	size_t variables_bytes;
};

/* Loads the programs of the groups, without attaching them. On failure nothing stays loaded. */
int probe_set_load(struct probe_set *set, const struct probe_sizes *sizes, uint32_t groups);
void probe_set_unload(struct probe_set *set);

#endif
