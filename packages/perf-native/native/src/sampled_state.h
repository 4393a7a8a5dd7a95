/* SPDX-License-Identifier: MIT */
/* What an entry of the thread table says that its thread is doing. */
#ifndef HFTMON_SAMPLED_STATE_H
#define HFTMON_SAMPLED_STATE_H

#include <stdint.h>

#include "atomics.h"
#include "hftmon/shared.h"
#include "hftmon/thread_states.h"

/*
 * The fields of an entry change one after the other while this reads them, so that a sample right at
 * a switch may show the state on the other side of it.
 */
static inline uint32_t sampled_state(const struct hftmon_thread *entry, uint32_t tid,
				     const struct hftmon_cpu *cpus, uint32_t cpu_count)
{
	uint32_t cpu;

	/* The slot has been given to another thread. */
	if (load_acquire_u32(&entry->tid) != tid)
		return HFTMON_SAMPLED_EXITED;
	switch (load_acquire_u32(&entry->state)) {
	case HFTMON_THREAD_RUNNING:
		cpu = load_acquire_u32(&entry->cpu);
		if (cpu < cpu_count && load_acquire_u32(&cpus[cpu].depth))
			return HFTMON_SAMPLED_INTERRUPTED;
		return load_acquire_u64(&entry->fault_start_ns) ? HFTMON_SAMPLED_FAULTING
								: HFTMON_SAMPLED_RUNNING;
	case HFTMON_THREAD_WAITING:
		return HFTMON_SAMPLED_WAITING;
	case HFTMON_THREAD_BLOCKED:
		/* Woken: it is in a run queue. */
		return load_acquire_u32(&entry->pending_cpu) ? HFTMON_SAMPLED_WAITING
							     : HFTMON_SAMPLED_BLOCKED;
	case HFTMON_THREAD_EXITED:
		return HFTMON_SAMPLED_EXITED;
	default:
		return HFTMON_SAMPLED_UNKNOWN;
	}
}

#endif
