/* SPDX-License-Identifier: MIT */
/* From the buffers of Arm's SPE to the slots that JavaScript reads. */
#ifndef HFTMON_SAMPLES_SPE_H
#define HFTMON_SAMPLES_SPE_H

#include "samples_drain.h"
#include "spe_clock.h"

/*
 * Moves what the buffer of one of the thread's events holds. The clock tells the time of records
 * that have a timestamp; others have that of the end of their part of the buffer.
 */
void sample_slots__drain_spe(struct sample_slots *slots, struct sampled_thread *thread,
			     uint32_t event, const struct spe_clock *clock);

#endif
