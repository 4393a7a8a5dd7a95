/* SPDX-License-Identifier: MIT */
/* Log-linear histograms, bucket by bucket those of core's LogLinearHistogram. */
#ifndef HFTMON_SRC_HISTOGRAM_H
#define HFTMON_SRC_HISTOGRAM_H

#include <stdint.h>

#include "hftmon/poller.h"

/* Values from there on share the last bucket. */
#define HISTOGRAM_MOST ((1ull << 53) - 1)

static inline uint32_t histogram_index(uint64_t value)
{
	uint32_t width, shift;

	if (value > HISTOGRAM_MOST)
		value = HISTOGRAM_MOST;
	if (value < 1u << HFTMON_HISTOGRAM_BITS)
		return (uint32_t)value;
	width = 63 - (uint32_t)__builtin_clzll(value);
	shift = width - HFTMON_HISTOGRAM_BITS;
	return (shift << HFTMON_HISTOGRAM_BITS) + (uint32_t)(value >> shift);
}

static inline void histogram_init(struct hftmon_histogram *h)
{
	h->min = UINT64_MAX;
}

static inline void histogram_record(struct hftmon_histogram *h, uint64_t value)
{
	h->buckets[histogram_index(value)]++;
	h->count++;
	h->sum += value;
	if (value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
}

#endif
