/* SPDX-License-Identifier: MIT */
/*
 * A writer for benchmarks: a native thread that fills a ring of its own with the library's ring
 * code as fast as its readers take the records. A library of its own, so that nothing of it ships.
 */
#ifndef HFTMON_BENCH_WRITER_H
#define HFTMON_BENCH_WRITER_H

#include <stdint.h>

#include "hftmon/hftmon.h"

/*
 * Readers publish how far they are in the ring's header page, free-running u32 like the head:
 * reader i at this offset plus i times the stride. The page is empty there.
 */
#define HFTMON_BENCH_READER_OFFSET 1024
#define HFTMON_BENCH_READER_STRIDE 128
#define HFTMON_BENCH_MOST_READERS 8

typedef struct hftmon_bench hftmon_bench;

HFTMON_API int hftmon_bench__open(uint32_t capacity, uint32_t readers, hftmon_bench **out);
/* Address and bytes of the ring. */
HFTMON_API void hftmon_bench__memory(hftmon_bench *b, uint64_t *address, uint64_t *bytes);
/* Starts the thread on a CPU. It writes `count` records and waits whenever a reader would lose. */
HFTMON_API int hftmon_bench__start(hftmon_bench *b, uint64_t count, uint32_t cpu);
/* Waits for the thread. The sum of all durations it wrote, for comparison with what was read. */
HFTMON_API double hftmon_bench__join(hftmon_bench *b);
/* Stops the thread wherever it is and unmaps the ring. */
HFTMON_API void hftmon_bench__close(hftmon_bench *b);

#endif
