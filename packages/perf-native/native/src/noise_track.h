/* SPDX-License-Identifier: MIT */
/* What the noise probe makes of one reading of the clock after the other. */
#ifndef HFTMON_NOISE_TRACK_H
#define HFTMON_NOISE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "hftmon/noise.h"
#include "histogram.h"
#include "slots.h"
#include "ticks.h"

/* Writing a gap down takes some 2 us with cold caches. */
#define NOISE_LONGEST_OWN_NS 10000

struct noise_track {
	struct tick_clock clock;
	struct slots slots; /* interval 0: none */
	uint64_t threshold; /* ticks */
	uint64_t longest_own; /* ticks that writing a gap down takes */
	uint64_t last;	      /* reading */
	struct hftmon_noise_stats *stats;
	struct hftmon_histogram *histogram;
};

static inline void noise_track_begin(struct noise_track *t, uint64_t now, uint64_t interval_ns,
				     uint64_t threshold_ns)
{
	unsigned __int128 interval = (unsigned __int128)interval_ns * t->clock.per_ns;

	t->threshold = ns_to_ticks(&t->clock, threshold_ns);
	t->longest_own = ns_to_ticks(&t->clock, NOISE_LONGEST_OWN_NS);
	t->last = now;
	slots_begin(&t->slots, now, (uint64_t)interval);
}

/* A reading. Is the time since the one before a gap? */
static inline bool noise_track_read(struct noise_track *t, uint64_t now)
{
	uint64_t passed = now - t->last;

	t->last = now;
	t->stats->readings++;
	if (!t->slots.interval) {
		histogram_record(t->histogram, ticks_to_ns(&t->clock, passed));
		t->stats->poller.samples++;
	} else if (now >= t->slots.due) {
		uint64_t late = ticks_to_ns(&t->clock, now - t->slots.due);

		histogram_record(t->histogram, late);
		t->stats->poller.samples++;
		t->stats->on_time += late <= HFTMON_NOISE_ON_TIME_NS;
		t->stats->poller.missed += slots_pass(&t->slots, now) - 1;
	}
	return passed > t->threshold;
}

/* Goes on at `now` as if nothing had been until then; used after rests. */
static inline void noise_track_resume(struct noise_track *t, uint64_t now)
{
	if (t->slots.interval)
		t->stats->poller.rested += slots_pass(&t->slots, now);
	t->last = now;
}

/* The run ends: slots that have come due and were not sampled are missed. */
static inline void noise_track_end(struct noise_track *t, uint64_t now)
{
	if (t->slots.interval)
		t->stats->poller.missed += slots_pass(&t->slots, now);
}

/*
 * The probe is back from writing a gap down: slots that came due meanwhile are late. If that took
 * longer than it can take, what kept it is another gap.
 */
static inline bool noise_track_return(struct noise_track *t, uint64_t now)
{
	uint64_t passed = now - t->last;
	bool gap = passed > t->threshold && passed > t->longest_own;

	t->last = now;
	if (!gap)
		t->stats->own_ns += ticks_to_ns(&t->clock, passed);
	return gap;
}

#endif
