/* SPDX-License-Identifier: MIT */
/* Records whose every word follows from a number, so that a torn, lost or doubled one is seen. */
#ifndef HFTMON_TEST_PATTERN_H
#define HFTMON_TEST_PATTERN_H

#include <string.h>

#include "check.h"
#include "hftmon/record.h"

static inline uint32_t mix(uint32_t n)
{
	n = (n ^ n >> 16) * 0x85ebca6bu;
	n = (n ^ n >> 13) * 0xc2b2ae35u;
	return n ^ n >> 16;
}

/* Everything but the commit word. */
static inline void pattern_write(struct hftmon_record *r, uint32_t n)
{
	r->timestamp = n;
	r->duration = n * 3.0 + 1;
	r->tid = mix(n);
	r->cpu = (unsigned short)n;
	r->kind = HFTMON_MARK;
	for (uint32_t w = 0; w < HFTMON_PAYLOAD_WORDS; w++)
		r->w[w] = mix(n + w);
}

static inline void pattern_check(const struct hftmon_record *r, uint32_t n)
{
	struct hftmon_record expected;

	pattern_write(&expected, n);
	CHECK(!memcmp(r, &expected, offsetof(struct hftmon_record, commit)), "record %u is torn", n);
}

#endif
