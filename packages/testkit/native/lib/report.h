/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Writes one JSON object as one line to stdout. Commas are put in by themselves. */
#ifndef HFTMON_TESTKIT_REPORT_H
#define HFTMON_TESTKIT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"

void report__open(void);
/* Opens the report of a workload: {"report":"NAME","pid":P */
void report__begin(const char *workload);
/* Closes the outer object and flushes the line. */
void report__close(void);

/* `key` is NULL inside a list. */
void report__number(const char *key, int64_t value);
void report__flag(const char *key, int value);
void report__text(const char *key, const char *value);
/* An address, as text, since JSON's numbers end at 2^53. */
void report__address(const char *key, const void *value);
void report__open_list(const char *key);
void report__close_list(void);
void report__open_object(const char *key);
void report__close_object(void);
/* A list of {"startNs":...,"endNs":...}. */
void report__intervals(const char *key, const struct interval *intervals, size_t count);

#endif
