/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The talk between a workload and the test that started it, one JSON object or word per line:
 *
 *   stdout  {"ready":true,"pid":P,"tids":[...]}   set up; every thread is asleep
 *   stdin   go
 *   stdout  {"report":"NAME",...}                 what was done, exactly; asleep again
 *   stdin   quit, or its end
 *
 * or {"error":"why"} instead, with exit code 2. A workload never outlives its parent, nor
 * --limit-s seconds (180 by default).
 */
#ifndef HFTMON_TESTKIT_HANDSHAKE_H
#define HFTMON_TESTKIT_HANDSHAKE_H

#include <sys/types.h>

#include "options.h"

/* First call of every workload: ties its life to its parent and to the clock. */
void workload__begin(const struct options *options);

/* Prints an error line and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void workload__fail(const char *format, ...);

/* Waits until those threads sleep, prints the ready line and waits for "go". */
void workload__ready(const pid_t *tids, int count);

/* The same, with one more field in the ready line. */
void workload__ready_with(const pid_t *tids, int count, const char *key, long value);

/* Says that the disturbance has begun; only for workloads that go on until "stop". */
void workload__running(void);

/* Waits for that word on stdin; ends the program on "quit" and at the end of stdin. */
void workload__await(const char *word);

/* Blocks in read(stdin) until told to quit, then ends the program. */
__attribute__((noreturn)) void workload__rest(void);

#endif
