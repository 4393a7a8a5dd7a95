/* SPDX-License-Identifier: MIT */
/*
 * Slots in time, one every interval from a begin on, in ticks of whatever clock. Each slot that has
 * come due is either sampled, missed, because an earlier one was sampled after it had come due,
 * or rested. The place of a slot is calculated from its number, so that no error adds up.
 */
#ifndef HFTMON_SLOTS_H
#define HFTMON_SLOTS_H

#include <stdint.h>

struct slots {
	uint64_t begin;
	uint64_t interval; /* 2^-32 ticks */
	uint64_t number;   /* of the next slot */
	uint64_t due;	   /* when it is */
};

static inline uint64_t slots_place(const struct slots *s, uint64_t number)
{
	return s->begin + (uint64_t)(((unsigned __int128)number * s->interval) >> 32);
}

/* The first slot is one interval after the begin. */
static inline void slots_begin(struct slots *s, uint64_t begin, uint64_t interval)
{
	s->begin = begin;
	s->interval = interval;
	s->number = 1;
	s->due = slots_place(s, 1);
}

/* Leaves all slots behind that are due by then; returns how many they were. */
static inline uint64_t slots_pass(struct slots *s, uint64_t now)
{
	uint64_t first = s->number;

	if (now < s->due)
		return 0;
	s->number++;
	s->due = slots_place(s, s->number);
	if (now >= s->due) {
		/* Far behind. Division rounds down, as the places do: one more step at most. */
		s->number = (uint64_t)(((unsigned __int128)(now - s->begin) << 32) / s->interval);
		do {
			s->number++;
			s->due = slots_place(s, s->number);
		} while (now >= s->due);
	}
	return s->number - first;
}

#endif
