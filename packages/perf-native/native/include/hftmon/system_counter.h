/* SPDX-License-Identifier: MIT */
/*
 * One perf event that counts what a CPU, or the package that it stands for, does for everybody:
 * memory controllers, fabrics. Reading it disturbs no thread of the package if the event is of the
 * uncore; an event of the cores is read by an interrupt of that CPU.
 */
#ifndef HFTMON_SYSTEM_COUNTER_H
#define HFTMON_SYSTEM_COUNTER_H

#include <stdint.h>

#include "hftmon/hftmon.h"

typedef struct hftmon_system_counter hftmon_system_counter;

/* Begins to count. -EACCES without CAP_PERFMON (or perf_event_paranoid below 1), -ENOENT when
 * there is no such event. It is closed when the thread that opened it ends at the latest. */
HFTMON_API int hftmon_system_counter__open(uint32_t type, uint64_t config, uint64_t config1,
					   uint64_t config2, uint32_t cpu,
					   hftmon_system_counter **out);
/* Writes value, ns enabled and ns running since the open into out[3]. */
HFTMON_API int hftmon_system_counter__read(hftmon_system_counter *c, double *out);
HFTMON_API void hftmon_system_counter__close(hftmon_system_counter *c);

#endif
