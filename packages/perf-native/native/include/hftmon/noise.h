/* SPDX-License-Identifier: MIT */
/*
 * The noise probe: a thread that reads the clock of one CPU without pause. Whatever takes the CPU
 * away from it, be it a task, an interrupt, the firmware or a hypervisor, shows as a gap between
 * two readings. With an interval it also takes a sample at each slot of that length, and tells how
 * late it was.
 */
#ifndef HFTMON_NOISE_H
#define HFTMON_NOISE_H

#include "hftmon/poller.h"

/* Lateness up to that is on time. */
#define HFTMON_NOISE_ON_TIME_NS 1000

typedef struct hftmon_noise hftmon_noise;

struct hftmon_noise_options {
	size_t sz; /* sizeof(struct hftmon_noise_options), for later additions */
	struct hftmon_poller_options poller;
	uint64_t threshold_ns; /* a longer time between two readings is a gap */
	uint32_t gap_records;  /* room for gaps until they are read, power of two */
	uint32_t reserved;
};

struct hftmon_noise_stats {
	struct hftmon_poller_stats poller;
	uint64_t on_time; /* samples within HFTMON_NOISE_ON_TIME_NS of their slots */
	uint64_t gaps;
	uint64_t gap_ns;
	uint64_t longest_ns;
	uint64_t own_ns; /* spent on writing gaps down, when it saw nothing below 10 us */
	uint64_t readings;
};

/*
 * Payload of a GAP record, whose time and duration are those of the gap: what the kernel's books
 * on the thread say about it. Counted since the gap before.
 */
enum hftmon_gap_word {
	HFTMON_GAP_INVOLUNTARY = 0, /* context switches */
	HFTMON_GAP_VOLUNTARY = 1,
	HFTMON_GAP_MINOR_FAULTS = 2,
	HFTMON_GAP_MAJOR_FAULTS = 3,
};

enum hftmon_noise_memory {
	HFTMON_NOISE_GAPS = 0,	/* spsc ring of GAP records, read by JavaScript */
	HFTMON_NOISE_STATS = 1, /* struct hftmon_noise_stats */
	/*
	 * struct hftmon_histogram, ns: of the lateness of the samples, or without an interval of
	 * the times between two readings.
	 */
	HFTMON_NOISE_HISTOGRAM = 2,
};

HFTMON_API int hftmon_noise__open(const struct hftmon_noise_options *options, hftmon_noise **out);
/* Starts the probe and the thread that watches it. -EPERM: no right to the priority. */
HFTMON_API int hftmon_noise__start(hftmon_noise *n);
/* Ends it at once and joins both threads; what it wrote stays readable. Idempotent. */
HFTMON_API int hftmon_noise__stop(hftmon_noise *n);
/* Stops it and unmaps the memory. NULL is fine. */
HFTMON_API void hftmon_noise__close(hftmon_noise *n);
HFTMON_API int hftmon_noise__memory(hftmon_noise *n, uint32_t which, uint64_t *address,
				    uint64_t *bytes);

#endif
