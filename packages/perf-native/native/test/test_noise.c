/* SPDX-License-Identifier: MIT */
/*
 * Slots, gaps and histograms of the noise probe, with a clock that the test makes up: its ticks are
 * ns unless said otherwise. And what the thread sampler takes an entry of the thread table for.
 */
#include <string.h>

#include "check.h"
#include "noise_track.h"
#include "ring.h"
#include "sampled_state.h"

#define TID 77u
#define INTERVAL 1000u
#define THRESHOLD 500u

static struct hftmon_noise_stats stats;
static struct hftmon_histogram histogram;
static struct noise_track track;

static void begin(uint64_t now, uint64_t interval)
{
	memset(&stats, 0, sizeof(stats));
	memset(&histogram, 0, sizeof(histogram));
	histogram_init(&histogram);
	track.clock = (struct tick_clock){ .scale = 1ull << 32, .per_ns = 1ull << 32 };
	track.stats = &stats;
	track.histogram = &histogram;
	noise_track_begin(&track, now, interval, THRESHOLD);
}

/* Reads the clock every `step` from after the last reading to `until`. Returns gaps. */
static uint32_t read_until(uint64_t until, uint64_t step)
{
	uint32_t gaps = 0;

	for (uint64_t now = track.last + step; now <= until; now += step)
		gaps += noise_track_read(&track, now);
	return gaps;
}

static void check_punctual(void)
{
	begin(7, INTERVAL);
	CHECK(read_until(7 + 100 * INTERVAL, 10) == 0, "gaps");
	CHECK(stats.poller.samples == 100, "%lu samples", stats.poller.samples);
	CHECK(stats.on_time == 100 && stats.poller.missed == 0, "%lu missed", stats.poller.missed);
	CHECK(histogram.count == 100 && histogram.max == 0 && histogram.min == 0, "lateness");
}

static void check_late(void)
{
	begin(0, INTERVAL);
	/* Slots 1 to 3 on time; then nothing until 8.5 intervals: 4 is 4500 late, 5 to 8 missed. */
	CHECK(read_until(3000, 100) == 0, "early");
	CHECK(noise_track_read(&track, 8500), "no gap");
	CHECK(stats.poller.samples == 4, "%lu samples", stats.poller.samples);
	CHECK(stats.poller.missed == 4, "%lu missed", stats.poller.missed);
	CHECK(stats.on_time == 3 && histogram.max == 4500, "max %lu", histogram.max);
	/* The next one is slot 9, where it always was. */
	CHECK(!noise_track_read(&track, 8999) && stats.poller.samples == 4, "too early");
	CHECK(!noise_track_read(&track, 9000) && stats.poller.samples == 5, "slot 9");
	CHECK(stats.on_time == 4, "slot 9 was on time");
	/* As long as the threshold is no gap, one more is. */
	CHECK(!noise_track_read(&track, 9500) && noise_track_read(&track, 10001), "threshold");
}

static void check_edges_of_on_time(void)
{
	begin(0, 10000);
	noise_track_read(&track, 11000);
	CHECK(stats.on_time == 1, "1000 ns are on time");
	noise_track_read(&track, 21001);
	CHECK(stats.poller.samples == 2 && stats.on_time == 1, "1001 ns are not");
}

/* Every slot that came due is sampled, missed or rested: none twice, none forgotten. */
static void check_nothing_lost(void)
{
	uint32_t seed = 12345;
	uint64_t now = 99, from = 99;

	begin(now, 777);
	for (int i = 0; i < 200000; i++) {
		now += next_random(&seed) % (i % 50 == 0 ? 100000 : 300);
		if (i % 997 == 0)
			noise_track_resume(&track, now);
		else
			noise_track_read(&track, now);
	}
	noise_track_end(&track, now);
	CHECK(stats.poller.samples + stats.poller.missed + stats.poller.rested == (now - from) / 777,
	      "%lu + %lu + %lu of %lu", stats.poller.samples, stats.poller.missed,
	      stats.poller.rested, (now - from) / 777);
	CHECK(stats.poller.missed > 0 && stats.poller.rested > 0, "the test tests nothing");
	CHECK(histogram.count == stats.poller.samples, "histogram");
}

/* An hour at 1 MHz with a counter of an odd frequency: the grid stays that of the ticks. */
static void check_no_drift(void)
{
	struct slots s;
	double per_interval = 2596.141814;
	uint64_t interval = (uint64_t)(per_interval * 0x1p32), place;

	slots_begin(&s, 1ull << 60, interval);
	place = slots_place(&s, 3600000000u);
	CHECK((double)(place - (1ull << 60)) / (3600000000.0 * per_interval) - 1 < 1e-9, "drift");
	CHECK(slots_pass(&s, place) == 3600000000u, "passed");
	CHECK(s.number == 3600000001u && s.due == slots_place(&s, s.number), "next");
	CHECK(slots_pass(&s, s.due - 1) == 0, "too early");
}

static void check_continuous(void)
{
	begin(0, 0);
	CHECK(read_until(1000, 20) == 0, "gaps");
	CHECK(noise_track_read(&track, 9000), "no gap");
	CHECK(stats.poller.samples == 51 && histogram.max == 8000, "max %lu", histogram.max);
	CHECK(!noise_track_return(&track, 9700), "no gap");
	CHECK(stats.own_ns == 700, "own %lu", stats.own_ns);
	CHECK(!noise_track_read(&track, 9720) && histogram.buckets[20] == 51, "goes on");
	/* Whatever kept it while it wrote is not its own. */
	CHECK(noise_track_return(&track, 9720 + 10001), "a gap");
	CHECK(stats.own_ns == 700, "own %lu", stats.own_ns);
}

/* The buckets of core's LogLinearHistogram: the smallest value of each, and none in between. */
static void check_buckets(void)
{
	uint64_t width = 1;
	uint64_t value = 0;

	for (uint32_t i = 0; i < HFTMON_HISTOGRAM_BUCKETS; i++) {
		CHECK(histogram_index(value) == i, "first of %u", i);
		CHECK(histogram_index(value + width - 1) == i, "last of %u", i);
		value += width;
		if (i >= 1u << HFTMON_HISTOGRAM_BITS &&
		    (i + 1) % (1u << HFTMON_HISTOGRAM_BITS) == 0)
			width *= 2;
	}
	CHECK(histogram_index(UINT64_MAX) == HFTMON_HISTOGRAM_BUCKETS - 1, "beyond");
}

/* A ring that nobody reads turns away what it has no room for, and counts it. */
static void check_full_ring(void)
{
	struct ring ring;
	uint64_t refused;

	CHECK(!ring_open(&ring, "test", 4, 0), "no memory");
	for (uint32_t i = 0; i < 7; i++) {
		struct hftmon_record *r = ring_offer(&ring);

		CHECK(!!r == (i < 4), "record %u", i);
		if (!r)
			continue;
		r->tid = i;
		ring_publish(&ring, 1);
	}
	memcpy(&refused, ring.memory + HFTMON_RING_REFUSED_OFFSET, sizeof(refused));
	CHECK(refused == 3, "%lu refused", refused);
	CHECK(ring_peek(&ring)->tid == 0, "oldest");
	ring_consumed(&ring);
	CHECK(ring_offer(&ring), "room again");
	ring_close(&ring);
}

/* What an entry of the thread table is taken for. */
static struct hftmon_cpu cpus[2];

static void expect(struct hftmon_thread entry, uint32_t state)
{
	uint32_t found = sampled_state(&entry, TID, cpus, 2);

	CHECK(found == state, "%u, expected %u", found, state);
}

static void check_states(void)
{
	struct hftmon_thread entry = { .tid = TID, .cpu = 1 };

	expect(entry, HFTMON_SAMPLED_UNKNOWN);
	entry.state = HFTMON_THREAD_RUNNING;
	expect(entry, HFTMON_SAMPLED_RUNNING);
	cpus[0].depth = 1;
	expect(entry, HFTMON_SAMPLED_RUNNING);
	entry.fault_start_ns = 5;
	expect(entry, HFTMON_SAMPLED_FAULTING);
	cpus[1].depth = 2;
	expect(entry, HFTMON_SAMPLED_INTERRUPTED);
	entry.cpu = 2; /* none that is known */
	expect(entry, HFTMON_SAMPLED_FAULTING);
	entry.state = HFTMON_THREAD_BLOCKED; /* in the fault, too */
	expect(entry, HFTMON_SAMPLED_BLOCKED);
	entry.pending_cpu = 1;
	expect(entry, HFTMON_SAMPLED_WAITING);
	entry.state = HFTMON_THREAD_WAITING;
	entry.pending_cpu = 0;
	expect(entry, HFTMON_SAMPLED_WAITING);
	entry.state = HFTMON_THREAD_EXITED;
	expect(entry, HFTMON_SAMPLED_EXITED);
	entry.state = HFTMON_THREAD_RUNNING;
	entry.tid = TID + 1;
	expect(entry, HFTMON_SAMPLED_EXITED);
}

int main(void)
{
	check_punctual();
	check_late();
	check_edges_of_on_time();
	check_nothing_lost();
	check_no_drift();
	check_continuous();
	check_buckets();
	check_full_ring();
	check_states();
	return 0;
}
